import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabText

/// What `exec`, `core` and `look` tell beside the fault: why, every thread, the registers, the images.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct WholePictureTests {
  private static let flags = [
    "-g", "-O1", "-fno-optimize-sibling-calls", "-fno-stack-protector", "-pthread",
  ]

  private func dying(_ way: String) throws -> TrialReport {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build("ends.c", with: "gcc", Self.flags, into: folder)
      return try LanguageTests.exec([program, way], in: folder).trial
    }
  }

  @Test(
    arguments: [
      ("member", .nullMember, nil), ("text", .textPointer, "ABCDEFGH"),
      ("return", .returnAddressOverwritten, "ABCDEFGH"), ("deep", nil, nil),
    ] as [(String, FaultCause.Kind?, String?)])
  func why(_ way: String, _ kind: FaultCause.Kind?, _ text: String?) throws {
    let trial = try dying(way)
    let fault = try #require(trial.faults.first)
    #expect(fault.cause?.kind == kind)
    #expect(fault.cause?.text == text)
    #expect(fault.stackSizeSource == (way == "deep" ? .resourceLimit : nil))
    #expect(fault.generalRegisters?.map(\.name).contains("rip") == true)
    #expect(fault.generalRegisters?.last?.pointsTo?.symbol != nil)
    #expect(fault.source?.file.hasSuffix("ends.c") == true)
    let threads = EqualThreads.all(in: trial.threads ?? [])
    #expect(threads.map(\.count) == [5])
    #expect(threads.first?.first.unwind?.frames.contains { $0.symbol == "wait_for_ever" } == true)
    let image = try #require(trial.images?.first { $0.path.hasSuffix("/program") })
    #expect(image.buildId?.count == 40)
    #expect(trial.signature != nil)
  }

  /// A guard stops any pointer: only where the stack pointer has come there the stack overflowed.
  @Test(arguments: ["overrun", "below"]) func aPointerInAGuardIsNoOverflow(_ way: String) throws {
    let fault = try #require(try dying(way).faults.first)
    #expect(fault.site.kind == .guard && !fault.site.isOverflow)
    #expect(fault.site.strayBy ?? 0 > 1 << 20)
    #expect(fault.headline.contains("no overflow: the stack pointer is "))
    #expect(fault.stackSizeSource == nil)
  }

  /// A limit that the program itself has set is not to be changed in the shell.
  @Test(arguments: ["other", "lowered"]) func aLimitOfItsOwn(_ way: String) throws {
    let fault = try #require(try dying(way).faults.first)
    #expect(fault.site.isOverflow && fault.site.owner?.kind == .main)
    #expect(fault.stackSizeSource == .changedLimit)
  }

  /// The same crash, built twice; another crash of the same program.
  @Test func buildsAreOneSignature() throws {
    func signature(_ flags: [String], _ way: String) throws -> String? {
      try withTemporaryFolder { folder in
        let program = try Toolbox.build("ends.c", with: "gcc", flags, into: folder)
        return try LanguageTests.exec([program, way], in: folder).trial.signature
      }
    }
    let others = ["-O2", "-fno-optimize-sibling-calls", "-fno-stack-protector", "-pthread"]
    for way in ["member", "deep"] {
      #expect(try signature(Self.flags, way) == signature(others, way))
    }
    #expect(try signature(Self.flags, "member") != signature(Self.flags, "deep"))
  }

  // MARK: - Of a process that runs

  private func running(_ body: (Command.Running) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build("ends.c", with: "gcc", Self.flags, into: folder)
      let target = try Command(path: program).start(["wait"])
      defer {
        kill(target.identifier, SIGKILL)
        _ = try? target.wait()
      }
      try #require(eventually(within: 10) { state(target.identifier, threads: 6) })
      try body(target)
    }
  }

  /// Its main thread sleeps, and it has so many.
  private func state(_ process: pid_t, threads: Int) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let stack =
      (try? String(contentsOfFile: "/proc/\(process)/syscall", encoding: .utf8)) ?? "running"
    return status.contains("Threads:\t\(threads)\n") && stack.hasPrefix("230 ")
  }

  private func letter(_ process: pid_t) -> String {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("State:") } ?? ""
    return String(line.dropFirst(7).prefix(1))
  }

  private func look(_ process: pid_t) throws -> TrialReport {
    let result = try Command().run(["look", "--pid", "\(process)", "--format", "json"])
    try #require(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
    return try #require(report.trials.first)
  }

  @Test func everyThreadIsTold() throws {
    try running { target in
      let trial = try look(target.identifier)
      #expect(trial.faults.isEmpty && trial.termination == nil)
      #expect(trial.command?.last == "wait")
      let groups = EqualThreads.all(in: trial.threads ?? [])
      #expect(groups.map(\.count) == [5, 1])
      #expect(groups.last?.first.unwind?.frames.contains { $0.symbol == "main" } == true)
      #expect(letter(target.identifier) == "S")
    }
  }

  @Test func whatWasStoppedStaysStopped() throws {
    try running { target in
      kill(target.identifier, SIGSTOP)
      try #require(eventually(within: 5) { letter(target.identifier) == "T" })
      #expect(try look(target.identifier).threads?.count == 6)
      #expect(eventually(within: 5) { letter(target.identifier) == "T" })
      kill(target.identifier, SIGCONT)
      #expect(eventually(within: 5) { letter(target.identifier) == "S" })
    }
  }

  @Test func whoeverEndsTheLookEndsNothingElse() throws {
    try running { target in
      for round in 0..<12 {
        let look = try Command().start(["look", "--pid", "\(target.identifier)"])
        usleep(UInt32(round) * 1500)
        kill(look.identifier, SIGTERM)
        _ = try look.wait()
        #expect(eventually(within: 5) { letter(target.identifier) == "S" })
      }
      #expect(try look(target.identifier).threads?.count == 6)
    }
  }

  @Test func thereIsNoSuchProcess() throws {
    let result = try Command().run(["look", "--pid", "2147483647"])
    #expect(result.status == 66)
    #expect(result.errors.contains("there is no such process"))
  }
}
