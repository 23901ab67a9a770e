// Takes what is behind the # out of the address and into the form, so that nobody has to paste it.
const link = document.querySelector("#link");
const secret = location.hash.slice(1);
if (link && /^[\w.-]{20,}$/.test(secret)) {
  link.value = secret;
  history.replaceState(null, "", location.pathname);
}
if (link?.value && !link.hasAttribute("aria-invalid")) link.closest(".field").hidden = true;
