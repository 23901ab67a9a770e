"use strict";
// The code of an invitation stands behind the # of its link: browsers send it to nobody.
const link = document.getElementById("link");
if (location.hash.length > 1 && !link.value) {
  link.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  document.getElementById("password").focus();
}
