import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabBench
@testable import CrashLabPages

@Suite struct ComparisonPageTests {
  private var comparison: RunComparison {
    var changed = Reports.trial("null-write", verdict: .notAsExpected)
    changed.faults[0].code = "<b>\"&'"
    var machine = Reports.machine
    machine.kernel = "Linux 5.10 <script>"
    return RunComparison(
      RunProfile(
        name: "<i>first", machine: Reports.machine,
        trials: [Reports.trial("null-write"), Reports.trial("only-here")]),
      RunProfile(name: "second", machine: machine, trials: [changed]))
  }

  @Test func everyDifferenceIsShownAndEscaped() throws {
    let html = ComparisonPage.html(comparison)
    let document = try Page(html)
    for text in ["verdict", "signal", "only-here", "Linux 5.10 <script>", "<i>first", "<b>\"&'"] {
      #expect(document.text.contains(text), "\(text)")
    }
    #expect(document.elements["script"] == nil && document.elements["i"] == nil)
    #expect(document.foreignAddresses.isEmpty)
  }

  @Test(
    .enabled(if: Browser.installed != nil, "no chromium here"), arguments: [1280, 390])
  func fitsTheWindow(width: Int) throws {
    let browser = try #require(Browser.installed)
    let (sight, messages) = try browser.look(
      at: ComparisonPage.html(comparison), width: width, theme: .light)
    #expect(sight.overflowing.isEmpty && sight.faint.isEmpty && messages.isEmpty)
  }
}
