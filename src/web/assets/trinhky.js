// Improves pages that already work without it: no double press, typed text kept while typing, live counters.
(function () {
  "use strict";
  var doc = document;

  // One press is one act. The server knows the act by its key as well; this spares the person the second look.
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
    setTimeout(function () { delete form.dataset.sent; if (event.submitter) event.submitter.removeAttribute("aria-disabled"); }, 8000);
  });
  window.addEventListener("pageshow", function () {
    doc.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
    doc.querySelectorAll("[aria-disabled]").forEach(function (button) { button.removeAttribute("aria-disabled"); });
  });

  // <form data-autosave="name"> with <output data-saved>: kept two seconds after the last key, and when the page is left.
  doc.querySelectorAll("form[data-autosave]").forEach(function (form) {
    var timer = 0, dirty = false, note = form.querySelector("[data-saved]");
    function body() {
      var data = new URLSearchParams();
      new FormData(form).forEach(function (value, name) { if (typeof value === "string") data.append(name, value); });
      data.append("form", form.dataset.autosave);
      data.append("action", form.getAttribute("action"));
      return data;
    }
    function keep() {
      if (!dirty || form.dataset.sent) return;
      dirty = false;
      fetch("/luu-tam", { method: "POST", body: body(), credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        var now = new Date(), two = function (n) { return ("0" + n).slice(-2); };
        if (note) note.textContent = note.dataset.saved + " " + two(now.getHours()) + ":" + two(now.getMinutes());
      }).catch(function () { dirty = true; if (note) note.textContent = note.dataset.failed; });
    }
    form.addEventListener("input", function () { dirty = true; clearTimeout(timer); timer = setTimeout(keep, 2000); });
    doc.addEventListener("visibilitychange", function () {
      if (doc.visibilityState === "hidden" && dirty && !form.dataset.sent && navigator.sendBeacon) { navigator.sendBeacon("/luu-tam", body()); dirty = false; }
    });
  });

  // <div data-live="/address">: the server's own fragment replaces the content every 15 seconds while somebody looks.
  doc.querySelectorAll("[data-live]").forEach(function (place) {
    setInterval(function () {
      if (doc.visibilityState !== "visible" || place.contains(doc.activeElement)) return;
      fetch(place.dataset.live, { credentials: "same-origin" }).then(function (answer) {
        return answer.ok && !answer.redirected ? answer.text() : null;
      }).then(function (text) { if (text !== null && text !== place.innerHTML) place.innerHTML = text; }).catch(function () {});
    }, 15000);
  });

  // <button data-print>: only where printing from the page is possible.
  doc.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
