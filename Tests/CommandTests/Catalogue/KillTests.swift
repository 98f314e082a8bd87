import Catalogue
import CrashLabText
import Foundation
import Testing

@testable import CrashLab

/// The laboratory killed at any moment: nothing lives on, and what it has written is whole.
/// CRASHLAB_KILLS says how often.
@Suite struct KillTests {
  @Test func atAnyMoment() throws {
    let environment = ProcessInfo.processInfo.environment
    let kills = try #require(
      Int(environment["CRASHLAB_KILLS"] ?? "24"), "CRASHLAB_KILLS is a number")
    var table = Table("the laboratory killed", columns: "what", "how much")
    var random = SplitMix64(seed: 1)
    var reports = 0
    var started = 0
    var halves = 0
    for round in 0..<kills {
      try withTemporaryFolder { folder in
        let running = try Command(build: .release).start(
          ["run"] + catalogue.all.map(\.name)
            + ["--repeat", "20", "--seed", "\(round)", "--jobs", "4", "--output", folder]
            // Without unwinding it gets further in the time: more is being written.
            + (round % 2 == 0 ? [] : ["--unwinding", "none"]))
        usleep(UInt32.random(in: 0..<400_000, using: &random))
        let children = children(of: running.identifier)
        kill(running.identifier, SIGKILL)
        #expect(try running.wait().status == SIGKILL)
        #expect(
          eventually(within: 20) {
            !children.contains(where: isAlive) && processesMarked(by: running.identifier).isEmpty
          }, "round \(round): \(children.filter(isAlive)), or marked ones, live")
        started += children.count
        guard let run = RunFolder.list(in: folder).first else { return }
        let (files, broken) = RunFolder.trials(in: "\(folder)/\(run)")
        #expect(broken.isEmpty, "round \(round)")
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(run)")
        // At most the one that was being written, under a name that no reader takes.
        halves += names.count { $0.hasPrefix(".") }
        #expect(names.count { $0.hasPrefix(".") } <= 1, "round \(round)")
        #expect(
          files.count == names.count { !$0.hasPrefix(".") && $0 != RunFolder.nameOfCommandLine })
        reports += files.count
        let told = try Command(build: .release).run(["report", "latest", "--output", folder])
        #expect(told.status == 0 && told.errors.isEmpty, "round \(round): \(told.errors)")
        #expect(
          told.output.contains("\(grouped(files.count))\(files.count == 1 ? " trial" : " trials")"),
          "round \(round)")
      }
    }
    table.add("kills", "\(kills)")
    table.add("children at that moment", "\(started)")
    table.add("children that lived on", "0")
    table.add("reports that were whole", "\(reports)")
    table.add("reports that were being written", "\(halves)")
    table.show()
  }
}
