// Asks a passkey to sign, or makes one, and sends the form with what came of it.
const form = document.querySelector("form[data-passkey]");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wrong = form.querySelector("[role=alert]");
  wrong.hidden = true;
  try {
    const told = JSON.parse(form.dataset.options);
    const made = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(told) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(told) });
    form.elements.credential.value = JSON.stringify(made.toJSON());
    form.submit();
  } catch {
    wrong.hidden = false;
  }
});
