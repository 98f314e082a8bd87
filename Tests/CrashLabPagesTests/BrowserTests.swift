import Catalogue
import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabPages

/// The page as Chromium lays it out.
@Suite(
  .enabled(
    if: Browser.installed != nil, "no chromium here: apt-get install chromium to run these"),
  .serialized)
struct BrowserTests {
  static let widths = [1280, 390]

  static let html: String = {
    var page = RunPage(
      machine: Reports.machine, catalogue: catalogue,
      heading: RunHeading(
        date: "2026-11-26 20:00:00", run: "2026-11-26T20.00.00-7", command: "crashlab all"))
    page.add(Reports.trial())
    page.add(Reports.trial("null-write", verdict: .notAsExpected))
    page.add(Reports.trial("hang", verdict: .laboratoryError, faults: []))
    page.add(Reports.trial("exit-zero", verdict: .skipped, faults: []))
    for overshoot in 1...40 {
      var trial = Reports.trial("main-recursion", attempt: overshoot)
      trial.faults[0].site.overshoot = overshoot * 8
      page.add(trial)
    }
    let long = String(repeating: "averylongname", count: 20)
    page.add(Reports.trial(long, faults: [Reports.inGuard(long)], text: long))
    return page.html(duration: 1e6)
  }()

  @Test(arguments: widths, Browser.Theme.allCases)
  func nothingOverflowsNothingIsMissingAndAllCanBeRead(width: Int, theme: Browser.Theme) throws {
    let browser = try #require(Browser.installed)
    let (sight, messages) = try browser.look(at: BrowserTests.html, width: width, theme: theme)
    #expect(sight.width == width)
    #expect(sight.overflowing.isEmpty)
    #expect(sight.missing.isEmpty)
    #expect(sight.faint.isEmpty)
    #expect(sight.covered.isEmpty)
    #expect(sight.crossed.isEmpty)
    #expect(sight.drawings > 10 && sight.texts > 100)
    #expect(messages.isEmpty)
  }

  /// The page's policy lets its own script run, and no other.
  @Test func searchRunsUnderThePolicy() throws {
    let browser = try #require(Browser.installed)
    let foreign = BrowserTests.html.replacingOccurrences(
      of: "</body>", with: "<script>document.title = 'changed'</script></body>")
    let document = try browser.document(of: foreign)
    #expect(document.contains(#"<p class="search" id="search-box">"#))
    #expect(!document.contains("<title>changed"))
  }

  @Test func searchLeavesWhatHoldsEveryWord() throws {
    let browser = try #require(Browser.installed)
    let typed = """
      const box = document.getElementById('search');
      box.value = 'NULL-write page';
      box.dispatchEvent(new Event('input'));
      """
    let document = try browser.document(of: BrowserTests.html, running: typed)
    let shown = document.matches(of: #/data-case="([^"]*)"([^>]*)>/#)
      .filter { !$0.output.2.contains("hidden") }.map { String($0.output.1) }
    #expect(Set(shown) == ["case-null-write"] && shown.count == 3)
  }

  /// Whoever looks must see what is wrong when it is.
  @Test func theLookSeesFaultsOfThePage() throws {
    let browser = try #require(Browser.installed)
    let spoilt = BrowserTests.html.replacingOccurrences(
      of: "--soft: #5c5850", with: "--soft: #c0c0c0"
    )
    .replacingOccurrences(of: "</main>", with: "<div style=\"width:2000px\">wide</div></main>")
    .replacingOccurrences(of: "<h1>", with: "<h1 style=\"display:none\">")
    let (sight, _) = try browser.look(at: spoilt, width: 390, theme: .light)
    #expect(!sight.faint.isEmpty)
    #expect(sight.overflowing.contains { $0.contains("wide") })
    #expect(sight.missing.contains { $0.hasPrefix("H1") })
  }
}
