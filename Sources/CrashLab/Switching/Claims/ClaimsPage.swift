extension ClaimsReport {
  /// One page that needs nothing else: the sentences, the ladder, the sweep.
  public func html() -> String {
    let rows = claims.map { claim in
      """
      <section class="\(claim.verdict.rawValue)">
      <h2>\(Markup.escaped(claim.sentence))</h2>
      <p><b>\(claim.verdict.inWords)</b> \(Markup.escaped(claim.evidence))</p>
      <p>\(Markup.escaped(claim.why))</p>
      <p>Elsewhere: \(Markup.escaped(claim.elsewhere))</p>
      <p><code>\(Markup.escaped(claim.repeat))</code></p>
      </section>

      """
    }
    let pictures = switching.map { [$0.ladderPicture, $0.tlb?.picture ?? ""] } ?? []
    let facts =
      "\(machine.cpu), \(machine.kernel), \(machine.libc); \(conditions.inWords)"
      + (interrupted ? "; interrupted: what is missing is not settled" : "")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>crashlab claims</title>
      <style>\(Markup.style)</style>
      <h1>What textbooks say, held against this machine</h1>
      <p>\(Markup.escaped(facts))</p>
      \(rows.joined())\(pictures.joined(separator: "\n"))
      </html>

      """
  }
}

/// Text made safe for a page.
enum Markup {
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }

  static let style = """
    :root { color-scheme: light dark; }
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
      padding: 0 1rem; }
    h2 { font-size: 1.1rem; margin-bottom: 0; } p { margin: .3rem 0; }
    section { border-left: 4px solid gray; padding-left: 1rem; margin: 1.5rem 0; }
    .holds { border-color: #2a7d4f; } .holds-with-condition { border-color: #b58900; }
    .does-not-hold { border-color: #c0392b; }
    svg { width: 100%; height: auto; margin: 1rem 0; } svg text { font: 12px sans-serif;
      fill: currentColor; }
    """
}
