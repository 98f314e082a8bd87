import Catalogue
import CrashLabText
import Foundation
import Testing

@testable import CrashLab

/// A long run leaves nothing behind and grows in nothing. CRASHLAB_SOAK says how many crashes.
@Suite struct SoakTests {
  /// What a look at the running laboratory has seen.
  private struct Look {
    var seconds: Double
    /// KiB, without the boards that it shares with its children.
    var resident: Int
    var descriptors: Int
    var zombies: Int
    var reports: Int
  }

  @Test func aLongRunGrowsInNothing() throws {
    let environment = ProcessInfo.processInfo.environment
    let wanted = try #require(
      Int(environment["CRASHLAB_SOAK"] ?? "250"), "CRASHLAB_SOAK is a number of crashes")
    let names = catalogue.all.filter(\.mustDie).map(\.name)
    let rounds = max(1, (wanted + names.count - 1) / names.count)
    try withTemporaryFolder { folder in
      let temporary = "\(folder)/tmp"
      let runs = "\(folder)/runs"
      try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
      let running = try Command(build: .release).start(
        ["run"] + names + ["--repeat", "\(rounds)", "--seed", "1", "--output", runs],
        environment: ["TMPDIR": temporary])
      let looks = watch(running, runs: runs, every: max(0.05, Double(wanted) / 20_000))
      let result = try running.wait()
      show(looks)

      #expect(result.status == 0, "\(result.output.suffix(4000))\(result.errors.suffix(1000))")
      #expect(result.output.contains("\(grouped(names.count * rounds)) as expected"))
      #expect(processesMarked(by: running.identifier).isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
      let run = try #require(RunFolder.list(in: runs).first)
      let files = try FileManager.default.contentsOfDirectory(atPath: "\(runs)/\(run)")
        .filter { $0 != RunFolder.nameOfCommandLine }
      #expect(files.count == names.count * rounds)
      #expect(files.allSatisfy { $0.hasSuffix(".json") && !$0.hasPrefix(".") })
      try expectFlat(looks)
    }
  }

  private func watch(_ running: Command.Running, runs: String, every seconds: Double) -> [Look] {
    var looks: [Look] = []
    let start = Date()
    while running.isRunning {
      if let look = look(at: running.identifier, runs: runs, since: start) { looks.append(look) }
      usleep(UInt32(seconds * 1e6))
    }
    return looks
  }

  private func look(at process: Int32, runs: String, since start: Date) -> Look? {
    guard
      let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let resident = status.split(separator: "\n").first(where: { $0.hasPrefix("RssAnon:") })?
        .split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap({ Int($0) }),
      let descriptors = try? FileManager.default.contentsOfDirectory(
        atPath: "/proc/\(process)/fd")
    else { return nil }
    let started = children(of: process)
    let run = RunFolder.list(in: runs).first.map { "\(runs)/\($0)" }
    let reports = run.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0).count }
    return Look(
      seconds: Date().timeIntervalSince(start), resident: resident,
      descriptors: descriptors.count, zombies: started.count { !isAlive($0) },
      reports: reports ?? 0)
  }

  private func show(_ looks: [Look]) {
    var table = Table(
      "a long run", columns: "seconds", "reports", "resident KiB", "descriptors", "zombies")
    let step = max(1, looks.count / 12)
    for (index, look) in looks.enumerated() where index % step == 0 || index == looks.count - 1 {
      table.add(
        "\((look.seconds * 10).rounded() / 10)", "\(look.reports)", "\(look.resident)",
        "\(look.descriptors)", "\(look.zombies)")
    }
    table.show()
  }

  /// The second quarter, when all is warm, against the last.
  private func expectFlat(_ looks: [Look]) throws {
    try #require(looks.count >= 8, "the run was over before it could be looked at")
    let quarter = looks.count / 4
    let before = looks[quarter..<(2 * quarter)]
    let after = looks.suffix(quarter)
    #expect(
      median(after.map(\.resident)) <= median(before.map(\.resident)) * 21 / 20 + 4096,
      "its memory grows")
    #expect(
      median(after.map(\.descriptors)) <= median(before.map(\.descriptors)) + 3,
      "its descriptors grow in number")
    #expect(median(after.map(\.zombies)) <= ProcessInfo.processInfo.processorCount)
  }

  private func median(_ values: [Int]) -> Int { values.sorted()[values.count / 2] }
}
