import Foundation

/// A headless Chromium, where one is installed.
struct Browser: Sendable {
  enum Theme: String, CaseIterable, Sendable { case light, dark }

  /// What a page looks like once it is laid out.
  struct Sight: Decodable {
    /// Elements that reach beyond the window's right edge.
    var overflowing: [String]
    /// Elements that must have a size and have none.
    var missing: [String]
    /// Texts whose contrast with what is behind them is too low (WCAG 2.2: 4.5 to 1).
    var faint: [String]
    /// Labels of drawings that cover one another.
    var covered: [String]
    /// Labels of drawings that a line runs through.
    var crossed: [String]
    var drawings: Int
    var texts: Int
    var width: Int
  }

  let executable: URL

  static let installed: Browser? = ["chromium", "chromium-browser", "google-chrome"]
    .map { URL(fileURLWithPath: "/usr/bin/\($0)") }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    .map { Browser(executable: $0) }

  /// Lays a page out and looks at it.
  func look(at html: String, width: Int, theme: Theme) throws -> (sight: Sight, messages: [String])
  {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("crashlab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("page.html")
    // The page's own policy forbids every script but its own, this one too: the look needs a copy without it.
    let opened = html.replacing(#/script-src '[^']+'/#, with: "script-src 'unsafe-inline'")
      .replacingOccurrences(of: "</body>", with: "<script>\(Browser.look)</script></body>")
    // In a frame, because a headless window is never narrower than 500 pixels.
    let quoted = opened.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "\"", with: "&quot;")
    let frame =
      "<!DOCTYPE html><body><iframe width=\"\(width)\" height=\"900\" style=\"border:0\" "
      + "srcdoc=\"\(quoted)\"></iframe></body>"
    try frame.write(to: file, atomically: true, encoding: .utf8)
    let (dom, errors) = try run(
      [
        "--window-size=1400,1000", "--dump-dom", "--enable-logging=stderr",
        "--user-data-dir=\(folder.path)/profile",
        "--blink-settings=preferredColorScheme=\(theme == .dark ? 0 : 1)", file.absoluteString,
      ], in: folder)
    let messages = errors.split(separator: "\n").map(String.init).filter { $0.contains("CONSOLE") }
    guard let start = dom.range(of: "<pre id=\"sight\">"),
      let end = dom.range(of: "</pre>", range: start.upperBound..<dom.endIndex)
    else { throw CocoaError(.fileReadCorruptFile) }
    let json = dom[start.upperBound..<end.lowerBound]
      .replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
      .replacingOccurrences(of: "&amp;", with: "&")
    return (try JSONDecoder().decode(Sight.self, from: Data(json.utf8)), messages)
  }

  /// The page as it is once its own script has run, under its own policy; then with this one besides.
  func document(of html: String, running script: String? = nil) throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("crashlab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("page.html")
    let opened =
      script.map { script in
        html.replacing(#/script-src '[^']+'/#, with: "script-src 'unsafe-inline'")
          .replacingOccurrences(of: "</body>", with: "<script>\(script)</script></body>")
      } ?? html
    try opened.write(to: file, atomically: true, encoding: .utf8)
    return try run(
      ["--dump-dom", "--user-data-dir=\(folder.path)/profile", file.absoluteString], in: folder
    ).output
  }

  private func run(_ arguments: [String], in folder: URL) throws -> (output: String, errors: String)
  {
    let process = Process()
    process.executableURL = executable
    process.arguments =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--disable-background-networking", "--no-first-run", "--hide-scrollbars",
      ] + arguments
    let output = folder.appendingPathComponent("out")
    let errors = folder.appendingPathComponent("err")
    for file in [output, errors] {
      _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    return (
      try String(contentsOf: output, encoding: .utf8),
      String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    )
  }

  /// Runs in the page and writes down what it finds.
  private static let look = #"""
    (() => {
      const wide = innerWidth, out = {overflowing: [], missing: [], faint: [], covered: [], crossed: [], drawings: 0, texts: 0, width: wide};
      const name = e => e.tagName + (e.id ? '#' + e.id : '') + '.' + (e.getAttribute('class') || '') + ' ' + (e.textContent || '').slice(0, 40);
      const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length > 3 ? m : [...m, 1]; };
      const light = c => { const f = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]); };
      const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] > 0) return c; } return [255, 255, 255, 1]; };
      document.querySelectorAll('details').forEach(d => d.open = true);
      if (document.documentElement.scrollWidth > wide) out.overflowing.push('the page: ' + document.documentElement.scrollWidth);
      for (const e of document.querySelectorAll('body *')) {
        if (e.closest('.definitions, .skip, .hidden, [hidden], script, pre#sight') || (1024 > wide && e.closest('.wide'))) continue;
        const box = e.getBoundingClientRect();
        if (!e.closest('.scroll') && (box.right > wide + 1 || box.left < -1) && box.width > 0) out.overflowing.push(name(e) + ' ' + box.left + ' to ' + box.right);
        const own = [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim());
        if (!own) continue;
        out.texts++;
        if (box.width == 0 || box.height == 0) out.missing.push(name(e));
        const style = getComputedStyle(e), isSVG = e instanceof SVGElement;
        const a = light(parse(isSVG ? style.fill : style.color)), b = light(ground(isSVG ? e.closest('div, figure, article') : e));
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (ratio < 4.5) out.faint.push(ratio.toFixed(2) + ' ' + name(e));
      }
      for (const svg of document.querySelectorAll('svg.strip')) {
        out.drawings++;
        const box = svg.getBoundingClientRect();
        if (box.width < 100 || box.height < 20) out.missing.push(name(svg));
        const words = [...svg.querySelectorAll('text')].map(t => [t, t.getBoundingClientRect()]);
        for (const line of svg.querySelectorAll('line')) {
          const at = k => line[k].baseVal.value, x = [at('x1'), at('x2')], y = [at('y1'), at('y2')];
          for (const [t, r] of words) for (let part = 0; part <= 200; part++) {
            const px = box.left + x[0] + (x[1] - x[0]) * part / 200, py = box.top + y[0] + (y[1] - y[0]) * part / 200;
            if (px > r.left + 1 && px < r.right - 1 && py > r.top + 3 && py < r.bottom - 3) { out.crossed.push(t.textContent + ' by ' + line.getAttribute('class')); break; }
          }
        }
        words.forEach(([t, r], i) => words.slice(i + 1).forEach(([u, s]) => {
          if (r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 3 && s.top < r.bottom - 3) out.covered.push(t.textContent + ' / ' + u.textContent);
        }));
      }
      for (const wanted of ['h1', 'main', 'nav, form', '.overview li', 'article.case', 'svg.strip', 'dl.facts', 'code'])
        if (!document.querySelector(wanted)) out.missing.push(wanted);
      const pre = document.createElement('pre'); pre.id = 'sight'; pre.textContent = JSON.stringify(out); parent.document.body.append(pre);
    })();
    """#
}
