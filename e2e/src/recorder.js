// Runs in every page before anything else, and remembers what a journey is checked for at its end.
(() => {
  const seen = { violations: [], errors: [], events: [], received: [] };
  Object.defineProperty(window, "__seen", { value: seen });
  performance.setResourceTimingBufferSize(5000);

  addEventListener("securitypolicyviolation", (event) => {
    const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
    seen.violations.push(`${effectiveDirective}: ${blockedURI} (${sourceFile}:${lineNumber})`);
  });
  addEventListener("error", (event) => seen.errors.push(String(event.message)));
  addEventListener("unhandledrejection", (event) => seen.errors.push(String(event.reason)));
  const names = ["ready", "step-change", "order-created", "status-change", "complete", "cancel", "error"];
  for (const name of names) {
    addEventListener(`offramp:${name}`, (event) => {
      seen.events.push({ name, detail: structuredClone(event.detail) });
    });
  }

  const { fetch } = window;
  window.fetch = async (...request) => {
    const response = await fetch(...request);
    if (response.headers.get("content-type")?.includes("json")) {
      const headers = [...response.headers].join("\n");
      const keep = (body) => seen.received.push(`${response.url}\n${headers}\n${body}`);
      // A request that was ended has no body to keep.
      response.clone().text().then(keep, () => {});
    }
    return response;
  };
})();
