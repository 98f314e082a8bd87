import Catalogue
import Foundation
import FoundationXML
import Testing

@testable import CrashLab
@testable import CrashLabPages
@testable import CrashLabText

@Suite struct RunPageTests {
  private func page(_ trials: [TrialReport]) -> String {
    var page = RunPage(machine: Reports.machine, catalogue: catalogue)
    for trial in trials { page.add(trial) }
    return page.html(duration: 12_000)
  }

  @Test func everythingOfATrialIsThere() throws {
    let html = page([Reports.trial()])
    for text in [
      "1 of 1 as expected", "thread-recursion", "overshoot 8 bytes", "stack of neighbour",
      "0x70100ff8", "8 bytes below", "1,000,000 frames", "× 999,998", "src/overflower.swift:7",
      "crashlab run thread-recursion", Reports.machine.kernel, "killed by SIGSEGV", "900 µs",
    ] {
      #expect(html.contains(markup(text)), "\(text)")
    }
  }

  @Test func onlyWhatRanIsShownAndEveryLinkLeadsSomewhere() throws {
    let document = try Page(page([Reports.trial(), Reports.trial("null-write")]))
    let shown = catalogue.all.map(\.name).filter { document.identifiers.contains("case-\($0)") }
    #expect(Set(shown) == ["null-write", "thread-recursion"])
    #expect(!document.text.contains("not part of this run"))
    #expect(document.duplicates.isEmpty)
    #expect(!document.links.isEmpty)
    for link in document.links { #expect(document.identifiers.contains(link), "#\(link)") }
  }

  @Test func nothingIsFetched() throws {
    let document = try Page(page([Reports.trial()]))
    #expect(document.elements["script"] == 1)
    #expect(document.foreignAddresses.isEmpty)
  }

  @Test func headTellsWhenAndHowItWasMade() throws {
    var page = RunPage(
      machine: Reports.machine, catalogue: catalogue,
      heading: RunHeading(
        date: "2026-11-26 20:00:00", run: "2026-11-26T20.00.00-7", command: "crashlab run 'a*'"))
    page.add(Reports.trial())
    let text = try Page(page.html(duration: 1)).text
    for part in ["2026-11-26 20:00:00", "2026-11-26T20.00.00-7", "crashlab run 'a*'"] {
      #expect(text.contains(part))
    }
  }

  @Test(arguments: [(1, "1 laboratory error"), (2, "2 laboratory errors")])
  func laboratoryErrorsAreCounted(count: Int, words: String) {
    let trials = (1...count).map { Reports.trial(attempt: $0, verdict: .laboratoryError) }
    #expect(page(trials).contains("<h1>0 of \(count) as expected, \(words)</h1>"))
  }

  /// The page's policy names the script by its hash.
  @Test func policyLetsTheSearchRun() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = ["dgst", "-sha256", "-binary"]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    guard (try? process.run()) != nil else { return }
    input.fileHandleForWriting.write(Data(Search.script.utf8))
    try input.fileHandleForWriting.close()
    let hash = output.fileHandleForReading.readDataToEndOfFile()
    #expect(hash.base64EncodedString() == Search.hash)
    #expect(page([Reports.trial()]).contains("script-src 'sha256-\(Search.hash)'"))
    #expect(page([Reports.trial()]).contains("<script>\(Search.script)</script>"))
  }

  @Test func repeatedRunsShowTheDistributionAndStaySmall() throws {
    let few = page((1...20).map { Reports.trial(attempt: $0) })
    let many = page(
      (1...20_000).map {
        Reports.trial(attempt: $0, verdict: $0 % 2 == 0 ? .asExpected : .notAsExpected)
      })
    #expect(few.contains("8 bytes: 20 ×"))
    #expect(many.contains("20,000 attempts, 10,000 as expected"))
    #expect(many.utf8.count < few.utf8.count * 3)
  }

  @Test func aLongTraceIsCutAndSaysSo() {
    let html = page([Reports.trial(faults: [Reports.inGuard(frames: 5000)])])
    #expect(html.contains("and 4,800 more entries"))
  }

  /// What a child or a forged report may say in every place where it may say something.
  @Test(arguments: [
    "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "\"\u{301} onmouseover=\"alert(1)",
    "<\u{301}img src=x onerror=alert(1)>", "&lt;b&gt;", "</style></svg></title><b>",
    "{{{style}}}{{>trial}}", "\u{1B}[31mred\u{1B}[0m\u{07}", "\u{202E}gnirts", "'/><image href='x'",
    String(repeating: "long", count: 50_000),
  ])
  func hostileTextStaysText(text: String) throws {
    let tame = try Page(
      page([Reports.trial("tame", verdict: .notAsExpected, faults: [Reports.inGuard("tame")])]))
    let html = page([
      Reports.trial(text, verdict: .notAsExpected, faults: [Reports.inGuard(text)], text: text)
    ])
    let document = try Page(html)
    #expect(document.elements == tame.elements, "the text made or unmade an element")
    #expect(document.attributes == tame.attributes, "the text made an attribute")
    #expect(!html.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{7}" || $0 == "\u{202E}" })
    #expect(html.utf8.count < 200_000)
  }

  @Test func commandToRepeatIsSafeToPaste() {
    #expect(shellQuoted("thread-recursion") == "thread-recursion")
    #expect(shellQuoted("a b") == "'a b'")
    #expect(shellQuoted("it's; rm -rf /") == "'it'\\''s; rm -rf /'")
    #expect(shellQuoted("") == "''")
  }

  @Test func overshootsAreGroupedWhereTheyAreMany() {
    #expect(OvershootChart([8: 3, 16: 1]).bars.map(\.count) == [3, 1])
    let many = OvershootChart(Dictionary(uniqueKeysWithValues: (0..<1000).map { ($0 * 8, 1) }))
    #expect(many.bars.map(\.label).prefix(2) == ["0 to 1,023", "1,024 to 2,047"])
    #expect(many.bars.map(\.count).reduce(0, +) == 1000)
    #expect(OvershootChart([Int.min: 1, Int.max: 1]).bars.count <= 12)
  }
}

/// A page taken apart by a parser that forgives nothing.
final class Page: NSObject, XMLParserDelegate {
  private(set) var elements: [String: Int] = [:]
  private(set) var attributes: [String: Int] = [:]
  private(set) var identifiers: Set<String> = []
  private(set) var duplicates: [String] = []
  private(set) var links: [String] = []
  private(set) var foreignAddresses: [String] = []
  private(set) var text = ""

  init(_ html: String) throws {
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements[name, default: 0] += 1
    for (key, value) in attributes {
      self.attributes[key, default: 0] += 1
      if key == "id", !identifiers.insert(value).inserted { duplicates.append(value) }
      if key == "href" || key == "src" {
        if value.hasPrefix("#") {
          links.append(String(value.dropFirst()))
        } else if value != "data:," {
          foreignAddresses.append(value)
        }
      }
    }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
