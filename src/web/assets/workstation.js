// <form data-service="wss://…">: shown where scripts run. A press asks for two one-time addresses and hands them to the
// signing program of this machine, which fetches the file, lets its user sign and brings it back; then the form is sent.
(function () {
  "use strict";
  if (!window.WebSocket || !window.fetch) return;

  document.querySelectorAll("form[data-service]").forEach(function (form) {
    var says = form.querySelector("[role=status]"), words = says.dataset, asked = form.dataset;
    form.hidden = false;
    form.querySelector("button").addEventListener("click", function (event) {
      event.preventDefault();
      says.textContent = words.asking;
      fetch(asked.addresses, { method: "POST", credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        return answer.json();
      }).then(function (addresses) {
        var opened = false, answered = false, socket = new WebSocket(asked.service);
        socket.onopen = function () {
          opened = true;
          says.textContent = words.waiting;
          socket.send(JSON.stringify({
            FileUploadHandler: addresses.back, SessionId: "", JWTToken: "", FileName: addresses.file,
            DocNumber: asked.number, IssuedDate: asked.date, MetaData: []
          }));
        };
        socket.onmessage = function (event) {
          var said = {};
          try { said = JSON.parse(event.data); } catch (error) { said = { Status: -1 }; }
          answered = true;
          socket.close();
          if (Number(said.Status) === 0) { form.submit(); return; }
          says.textContent = words.refused + " " + (said.Message || said.Error || "");
        };
        // The program was closed without an answer, or none listens.
        socket.onclose = function () {
          if (!answered) says.textContent = opened ? words.closed : words.missing;
        };
      }).catch(function () { says.textContent = words.failed; });
    });
  });
})();
