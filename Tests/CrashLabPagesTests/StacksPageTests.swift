import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabModel
@testable import CrashLabPages

@Suite struct StacksPageTests {
  private var report: StacksReport {
    var tally = StackTally()
    tally.add(
      UsedStack(
        kind: .main, name: "server", entry: nil, size: 8 << 20, guard: nil,
        threadLocalStorage: nil, peak: StackPeak(bytes: 20_000, bound: .page)))
    tally.add(
      UsedStack(
        kind: .thread, name: "<b>worker\"", entry: Address(0x1000), size: 64 << 10, guard: 4096,
        threadLocalStorage: 2400, peak: StackPeak(bytes: 60_000, bound: .exact)))
    tally.add(
      UsedStack(
        kind: .thread, name: "unseen", entry: nil, size: nil, guard: nil,
        threadLocalStorage: nil, peak: nil))
    return StacksReport(
      tally, names: [:], images: [], limit: .soft(8 << 20), notes: [],
      command: ["/usr/bin/server", "<script>"], machine: Reports.machine)
  }

  @Test func everyStackIsThereAndEscaped() throws {
    let page = try Page(StacksPage.html(report))
    for text in ["Stacks of server", "<b>worker\"", "60,000", "92 % used", "unseen"] {
      #expect(page.text.contains(text), "\(text)")
    }
    #expect(page.elements["b"] == nil && page.foreignAddresses.isEmpty)
  }

  /// The used part is at the top, which is right; of an unknown size nothing is drawn.
  @Test func barsAreToScale() {
    let bars = report.stacks.map { StackBar($0) }
    let starts: [Double] = [1 - 60_000 / 65_536, 1 - 20_000 / 8_388_608]
    #expect(bars.compactMap(\.start).sorted() == starts)
    #expect(bars.count { $0.drawing.isEmpty } == 1)
  }

  @Test(
    .enabled(if: Browser.installed != nil, "no chromium here"), arguments: [1280, 390])
  func fitsTheWindow(width: Int) throws {
    let browser = try #require(Browser.installed)
    let (sight, messages) = try browser.look(
      at: StacksPage.html(report), width: width, theme: .dark)
    #expect(sight.overflowing.isEmpty && sight.faint.isEmpty && messages.isEmpty)
  }
}
