// <form data-passkey="enter|prove|add">: shown where the browser knows passkeys. A press asks the server for a challenge, lets
// the device answer it, and sends the answer as the fields of the form.
(function () {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  function text(buffer) {
    if (!buffer) return "";
    var letters = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function bytes(text) {
    var letters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(letters, function (letter) { return letter.charCodeAt(0); });
  }
  function known(ids) {
    return ids.map(function (id) { return { type: "public-key", id: bytes(id) }; });
  }

  function add(asked) {
    return navigator.credentials.create({ publicKey: {
      challenge: bytes(asked.challenge),
      rp: { id: asked.site, name: asked.site },
      user: { id: bytes(asked.user), name: asked.login, displayName: asked.name },
      pubKeyCredParams: asked.algorithms.map(function (number) { return { type: "public-key", alg: number }; }),
      excludeCredentials: known(asked.known),
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      attestation: "none"
    } }).then(function (made) {
      return { client: text(made.response.clientDataJSON), data: text(made.response.attestationObject) };
    });
  }
  function use(asked) {
    return navigator.credentials.get({ publicKey: {
      challenge: bytes(asked.challenge),
      rpId: asked.site,
      allowCredentials: known(asked.known),
      userVerification: "required"
    } }).then(function (used) {
      var said = used.response;
      return {
        id: text(used.rawId), client: text(said.clientDataJSON), data: text(said.authenticatorData),
        signature: text(said.signature), user: text(said.userHandle)
      };
    });
  }

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var says = form.querySelector("[role=status]"), purpose = form.dataset.passkey;
    form.hidden = false;
    form.querySelector("button").addEventListener("click", function (event) {
      event.preventDefault();
      says.textContent = "";
      var body = new URLSearchParams();
      body.append("purpose", purpose);
      fetch("/khoa-truy-cap", { method: "POST", body: body, credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        return answer.json();
      }).then(purpose === "add" ? add : use).then(function (fields) {
        Object.keys(fields).forEach(function (name) { form.elements[name].value = fields[name]; });
        form.submit();
      }).catch(function (error) {
        says.textContent = error.name === "InvalidStateError" ? says.dataset.known : says.dataset.failed;
      });
    });
  });
})();
