// Run in a real browser: what does not fit or cannot be read aloud, in every frame of the wrapping page.
addEventListener("load", () => {
  const found = [];
  const say = (frame, what) => found.push(frame.id + ": " + what);
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, width = page.documentElement.clientWidth;
    if (page.documentElement.scrollWidth > width) say(frame, "the page scrolls sideways");
    for (const element of page.querySelectorAll("body *:not(svg *)")) {
      const box = element.getBoundingClientRect();
      const scrolls = element.closest(".scroll") && !element.matches(".scroll");
      if (box.width && !scrolls && !element.closest(".unseen") && box.right > width + 1)
        say(frame, element.tagName + "." + element.className + " ends at " + Math.round(box.right));
    }
    for (const landmark of ["header h1", "main", "footer"])
      if (page.querySelectorAll(landmark).length !== 1) say(frame, "not one " + landmark);
    for (const section of page.querySelectorAll("main section"))
      if (!section.ariaLabel && !page.getElementById(section.getAttribute("aria-labelledby") || "?"))
        say(frame, "a section without a name");
    for (const cell of page.querySelectorAll("th")) {
      if (!cell.scope) say(frame, "no scope: " + cell.textContent);
      // A letter a line: more lines than half of its letters.
      const text = page.createRange();
      text.selectNodeContents(cell);
      const letters = cell.textContent.trim().length, lines = text.getClientRects().length;
      if (letters > 3 && lines > letters / 2) say(frame, "shrunk: " + cell.textContent);
    }
    const ink = getComputedStyle(page.body);
    const light = (c) => c.match(/[\d.]+/g).slice(0, 3).reduce((sum, v) => sum + Number(v), 0);
    if (Math.abs(light(ink.color) - light(ink.backgroundColor)) < 380) say(frame, "text without contrast");
    for (const svg of page.querySelectorAll("svg[role=img]")) {
      const beside = (svg.closest("figure") || svg.parentElement.parentElement).querySelector("figcaption p");
      if (!beside || beside.textContent.length < 30) say(frame, "no text beside a chart");
      const frameOf = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll("text")].map((t) => [t, t.getBoundingClientRect()]);
      const name = svg.querySelector("title").textContent;
      texts.forEach(([t, a], i) => {
        if (!a.width) return;
        if (a.left < frameOf.left - 1 || a.right > frameOf.right + 1 || a.bottom > frameOf.bottom + 1)
          say(frame, name + ": " + t.textContent + " is cut off");
        for (const [u, b] of texts.slice(i + 1)) {
          const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
          const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (across > 1 && down > 3) say(frame, name + ": " + t.textContent + " touches " + u.textContent);
        }
      });
      const size = texts.length ? Math.min(...texts.map(([, b]) => b.height)) : 99;
      if (size < 8) say(frame, name + ": text of " + size + " px");
    }
  }
  const out = document.createElement("pre");
  out.id = "found";
  out.textContent = "measured " + document.querySelectorAll("iframe").length + " frames\n" + found.join("\n");
  document.body.append(out);
});
