import Foundation
import Testing

@testable import CrashLabBench
@testable import CrashLabModel
@testable import CrashLabPages

/// The pages of `layout`, `frames`, `frames --depth` and `switch`, with names that mean harm.
@Suite struct SectionsPageTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var page: @Sendable () -> String
    var texts: [String]

    var testDescription: String { name }
  }

  private static let hostile = "<script>alert(1)</script>"

  private static func function(_ symbol: String, step: Int?) -> LargeFrameReport.Function {
    .init(
      address: Address(0x1000), size: 20, step: step, frameSize: 70_000, symbol: symbol,
      file: "/a/b.c", line: 7)
  }

  static let rows = [
    Row(
      name: "layout", page: { LayoutPage.html(ClaimsPageTests.layout(threads: 4)) },
      texts: [
        "Layout of <program>", "process 7 with 4 threads", "3 stacks, 24 MiB", "soft limit",
        "guard 4 KiB", "lie only a guard (4 KiB) above another stack",
      ]),
    Row(
      name: "frames",
      page: {
        FramesPage.html(
          LargeFrameReport(
            program: "/x/server", guardSize: 4096,
            summary: .init(functions: 1200, unprobed: 1, probed: 1, dynamic: 2),
            functions: [function(hostile, step: 65_544)],
            dynamic: [function("varies", step: nil)],
            uncovered: [
              .init(
                address: Address(1), size: 12, kind: .code, section: ".text", symbol: nil,
                step: nil)
            ]))
      },
      texts: [
        "Frames of server", "1 of 1,200 functions", hostile, "65,544 bytes", "/a/b.c:7",
        "1 function with probes", "2 functions without probes", "varies",
        "can't be read to its end",
      ]),
    Row(
      name: "depth", page: { DepthPage.html(depth) },
      texts: [
        "Depth of f", "no bound", "1 function can be reached", "as assumed", "64 bytes",
        "1 frame whose size only running tells",
      ]),
    Row(
      name: "switch",
      page: {
        var report = ClaimsPageTests.report.switching!
        report.interrupted = true
        return SwitchPage.html(report)
      },
      texts: [
        "What a switch costs", "thread switch, shared futex", "interrupted", "step at 7",
      ]),
  ]

  private static var depth: DepthReport {
    let assumed = StackAssumptions(["x": 64])
    let graph = CallGraph([
      .init(
        address: Address(1), name: "f", own: 8,
        calls: [.init(site: Address(2), target: .external("x"), depth: 16)],
        doubts: [.dynamicFrame])
    ])
    return DepthReport(
      graph.deepest(from: Address(1), assuming: assumed), program: "x", entry: "f",
      assuming: assumed)
  }

  @Test(arguments: rows) func allOfItIsThereAndEscaped(row: Row) throws {
    let page = try Page(row.page())
    for text in row.texts { #expect(page.text.contains(text), "\(text)") }
    // The search is the page's own.
    #expect(page.elements["script"] == 1)
    #expect(page.foreignAddresses.isEmpty && page.duplicates.isEmpty)
  }

  /// What is left out is said.
  @Test func longTablesEnd() throws {
    let functions = (0..<1500).map { SectionsPageTests.function("f\($0)", step: 5000) }
    let page = try Page(
      FramesPage.html(
        LargeFrameReport(
          program: "x", guardSize: 4096, summary: .init(functions: 1500, unprobed: 1500),
          functions: functions, dynamic: [])))
    #expect(page.text.contains("f999") && !page.text.contains("f1000"))
    #expect(page.text.contains("500 rows more are left out"))
  }

  @Test(
    .enabled(if: Browser.installed != nil, "no chromium here"), arguments: rows, [1280, 390])
  func fitsTheWindow(row: Row, width: Int) throws {
    let browser = try #require(Browser.installed)
    let (sight, messages) = try browser.look(at: row.page(), width: width, theme: .dark)
    #expect(sight.overflowing.isEmpty && sight.faint.isEmpty && messages.isEmpty)
  }
}
