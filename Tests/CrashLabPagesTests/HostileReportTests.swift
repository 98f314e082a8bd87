import Catalogue
import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabBench
@testable import CrashLabPages
@testable import CrashLabText

/// Reports that somebody has written by hand: whatever is decoded is also shown, without a trap.
/// CRASHLAB_SWEEP=all puts every value in every place, otherwise every fourth.
@Suite struct HostileReportTests {
  private static func recorded() -> [[String: Any]] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Runs/debug-8-mib.json")
    let object = (try? Data(contentsOf: file)).flatMap {
      try? JSONSerialization.jsonObject(with: $0)
    }
    return (object as? [String: Any])?["trials"] as? [[String: Any]] ?? []
  }

  private static var values: [Any] {
    [
      -1, 0, 1, Int.max, Int.min, 1 << 40, 1e300, -1e300, 0.5, "", "0x0", "0xffffffffffffffff",
      "\u{1B}[2J<b>\"\u{301}", [Any](), [String: Any](), NSNull(), true,
    ]
  }

  private static let stride = ProcessInfo.processInfo.environment["CRASHLAB_SWEEP"] == "all" ? 1 : 4

  /// Every value of a report is replaced by those, one after the other.
  @Test(arguments: 0..<8)
  func oneValueChangedIsRefusedOrShown(index: Int) throws {
    let recorded = HostileReportTests.recorded()
    try #require(recorded.indices.contains(index))
    let trial = recorded[index]
    var shown = 0
    for (place, path) in HostileReportTests.paths(in: trial).enumerated() {
      for (number, value) in HostileReportTests.values.enumerated()
      where (number + place) % HostileReportTests.stride == 0 {
        let changed = HostileReportTests.replacing(trial, path[...], by: value)
        let data = try JSONSerialization.data(withJSONObject: changed)
        guard let report = try? JSON.value(TrialReport.self, from: Array(data)) else { continue }
        show(report)
        shown += 1
      }
    }
    #expect(shown > 50 / HostileReportTests.stride)
  }

  private func show(_ report: TrialReport) {
    let machine = Reports.machine
    var page = RunPage(machine: machine, catalogue: CaseCollection([]))
    page.add(report)
    let other = RunProfile(name: "b", machine: machine)
    var junit = JUnitReporter { _ in nil }
    _ = junit.trial(report)
    let texts = [
      page.html(duration: 1),
      TrialText(theme: .plain).whole(report, machine: machine),
      TextReporter.lines(for: report, nameWidth: 10, theme: .plain),
      junit.text(duration: 1),
      GitHubReporter.line(for: report) { _ in nil },
      RunComparison(RunProfile(name: "a", machine: machine, trials: [report, report]), other)
        .text(),
    ]
    for text in texts { #expect(!text.utf8.contains(0x1B)) }
  }

  private static func paths(in value: Any) -> [[Any]] {
    if let object = value as? [String: Any] {
      return object.keys.sorted().flatMap { key in
        [[key]] + paths(in: object[key]!).map { [key] + $0 }
      }
    }
    if let array = value as? [Any] {
      // The first of many stands for all.
      return array.prefix(2).indices.flatMap { index in
        [[index]] + paths(in: array[index]).map { [index] + $0 }
      }
    }
    return []
  }

  private static func replacing(_ value: Any, _ path: ArraySlice<Any>, by new: Any) -> Any {
    guard let step = path.first else { return new }
    if var object = value as? [String: Any], let key = step as? String {
      object[key] = replacing(object[key]!, path.dropFirst(), by: new)
      return object
    }
    if var array = value as? [Any], let index = step as? Int {
      array[index] = replacing(array[index], path.dropFirst(), by: new)
      return array
    }
    return value
  }
}
