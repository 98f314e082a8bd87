import Foundation
import Testing

@testable import CrashLab

/// The frames of a report have names, and giving them starts no thread in the laboratory, which
/// goes on forking.
@Suite struct NamingTests {
  @Test func namesStartNoThreads() throws {
    let running = try Command().start([
      "run", "thread-smallest-stack", "null-write", "--repeat", "40", "--jobs", "1", "--format",
      "json", "--no-save",
    ])
    var samples = 0
    while isAlive(running.identifier) {
      let tasks = try? FileManager.default.contentsOfDirectory(
        atPath: "/proc/\(running.identifier)/task")
      if let tasks {
        #expect(tasks.count <= 1)
        samples += 1
      }
      usleep(500)
    }
    let result = try running.wait()
    #expect(samples > 10)
    let report = try JSON.value(RunReport.self, from: Array(result.output.utf8))
    #expect(report.trials.count == 80)
    for trial in report.trials {
      #expect(trial.faults.first?.unwind?.frames.contains { $0.symbol != nil } == true)
    }
  }

  @Test func aFrameIsNamedInFull() throws {
    let result = try Command().run(["run", "null-write", "--format", "json", "--no-save"])
    let report = try JSON.value(RunReport.self, from: Array(result.output.utf8))
    let frame = try #require(report.trials.first?.faults.first?.unwind?.frames.first)
    #expect(frame.symbol == "clab_case_null_write")
    #expect(frame.file?.hasSuffix("null-write.c") == true)
    #expect((frame.line ?? 0) > 0)
    #expect(frame.image?.hasSuffix("/crashlab") == true)
    #expect((frame.offset ?? -1) >= 0)
  }

  /// Code that is not there has no unwind information; its caller is the next frame all the same.
  @Test(arguments: ["null-call", "no-execute-jump"], Build.allCases)
  func theCallerOfNothingIsNamed(name: String, build: Build) throws {
    for observed in [[], ["--observe-all"]] {
      let result = try Command(build: build).run(
        ["run", name, "--format", "json", "--no-save"] + observed)
      let report = try JSON.value(RunReport.self, from: Array(result.output.utf8))
      let frames = try #require(report.trials.first?.faults.first?.unwind?.frames)
      #expect(report.trials.first?.verdict == .asExpected)
      #expect(
        frames.dropFirst().first?.symbol == "clab_case_" + name.replacing("-", with: "_"))
    }
  }

  @Test func theReportOfATrialIsTold() throws {
    try withTemporaryFolder { folder in
      let run = try Command().run(["run", "thread-recursion", "--output", folder])
      #expect(run.status == 0)
      let told = try Command().run(["report", "latest", "thread-recursion", "--output", folder])
      #expect(
        told.output.contains(
          "stack overflow in thread 'overflower' (8 MiB stack, 4 KiB guard): write"))
      #expect(told.output.contains("the whole process died of SIGSEGV: 4 threads, all stopped"))
      #expect(told.output.contains("descend(_:)"))
      #expect(told.output.contains(" in crashlab at Recursion.swift:"))
    }
  }
}
