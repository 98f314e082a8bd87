import Foundation
import Testing

@testable import CrashLab

/// What programs said before they ended themselves, found in their memory, alive and as a dump, and
/// held against what they have printed; and deaths for which nothing was said.
@Suite(.enabled(if: Toolbox.has("g++"), "no g++ here")) struct AbortMessageTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// A part of it.
    var text: String?
    var terminate: AbortMessage.Terminate?
    var type: String?
    var what: String?

    init(
      _ way: String, _ text: String? = nil, _ terminate: AbortMessage.Terminate? = nil,
      type: String? = nil, what: String? = nil
    ) {
      testDescription = way
      self.text = text
      self.terminate = terminate ?? type.map { _ in .exception }
      self.type = type
      self.what = what
    }
  }

  static let rows = [
    Row("assert", "Assertion `it_holds' failed."), Row("smash", "*** stack smashing detected ***"),
    Row("fortify", "*** buffer overflow detected ***"),
    Row("double-free", "free(): double free detected in tcache 2"),
    Row("bad-free", "free(): invalid pointer"), Row("corrupt-heap", "malloc(): corrupted top size"),
    Row("terminate", nil, .noException), Row("joinable", nil, .noException),
    Row("terminate-after-catch", nil, .noException), Row("int", type: "int"),
    Row("pointer", type: "char const*"), Row("plain", type: "shop::Plain"),
    Row("runtime-error", type: "std::runtime_error", what: "the disk is full"),
    Row("thread", type: "std::runtime_error", what: "the disk is full"),
    Row("noexcept", type: "std::runtime_error", what: "the disk is full"),
    Row("rethrow", type: "std::runtime_error", what: "the disk is full"),
    Row("throw-again", type: "std::runtime_error", what: "the disk is full"),
    Row("nested", type: "std::logic_error", what: "thrown while the first was handled"),
    Row("escapes", type: "std::runtime_error", what: "red \u{1b}[31m text"),
    Row("literal", type: "shop::Literal", what: "a literal"),
    Row("owner", type: "shop::Owner", what: "what a string has"),
    Row("overriding", type: "shop::Overriding", what: "the text of its own"),
    Row("second-base", type: "shop::Second", what: "the second base"),
    Row("virtual-base", type: "shop::Virtual", what: "a virtual base"),
    Row("own-handler", type: "std::runtime_error", what: "the disk is full"),
    Row(
      "assert-in-handler", "Assertion `it_holds' failed.", type: "std::runtime_error",
      what: "the disk is full"),
    // What it returns is made when it is called.
    Row("counting", type: "shop::Counting"),
    // The first fault is the one that the handler was called for.
    Row("handled", "Assertion `it_holds' failed."),
    Row("assert-twice", "*** stack smashing detected ***"),
    // Nothing was said for these, whatever an earlier failure has left in memory.
    Row("abort"), Row("raise"), Row("abort-in-catch"), Row("abort-after-assert"),
    Row("raise-after-assert"), Row("null-after-assert"), Row("killed"),
  ]

  enum Linking: String, CaseIterable, Sendable {
    case dynamic, unoptimized, stripped, `static`
    case staticCXX = "static-c++"

    var flags: [String] {
      switch self {
      case .dynamic: ["-g", "-O1", "-D_FORTIFY_SOURCE=2"]
      // Not at any address: it has copies of the C++ library's tables.
      case .unoptimized: ["-g", "-O1", "-fno-inline", "-no-pie", "-D_FORTIFY_SOURCE=2"]
      case .stripped: ["-s", "-O1", "-D_FORTIFY_SOURCE=2"]
      case .static: ["-g", "-O1", "-static", "-D_FORTIFY_SOURCE=2"]
      case .staticCXX: ["-g", "-O1", "-static-libstdc++", "-static-libgcc", "-D_FORTIFY_SOURCE=2"]
      }
    }
  }

  private func withProgram(_ linking: Linking, _ body: (String, _ folder: String) throws -> Void)
    throws
  {
    try withTemporaryFolder { folder in
      let flags = linking.flags + ["-w", "-fstack-protector-all", "-pthread"]
      try body(
        try Toolbox.build("abort-messages.cpp", with: "g++", flags, into: folder), folder)
    }
  }

  private func check(_ trial: TrialReport, as row: Row, printed: String? = nil) throws {
    let way = row.testDescription
    #expect(trial.termination?.signal == (way == "null-after-assert" ? .segv : .abrt), "\(way)")
    let fault = try #require(trial.faults.first, "\(way)")
    let message = fault.abortMessage
    #expect(message?.terminate == row.terminate, "\(way)")
    #expect(message?.exception?.type == row.type, "\(way)")
    #expect(message?.exception?.what == row.what, "\(way)")
    if let text = row.text {
      #expect(message?.text?.contains(text) == true, "\(way): \(message?.text ?? "nothing")")
      #expect(trial.message?.contains(text) == true, "\(way)")
    } else {
      #expect(message?.text == nil, "\(way)")
    }
    #expect((message == nil) == (row.text == nil && row.terminate == nil), "\(way)")
    #expect((trial.message == nil) == (message == nil), "\(way)")
    guard let printed, way != "own-handler", way != "assert-in-handler" else { return }
    if let text = message?.text { #expect(printed.contains(text), "\(way): \(printed)") }
    if let type = row.type { #expect(printed.contains("instance of '\(type)'"), "\(printed)") }
    if let what = row.what { #expect(printed.contains("what():  \(what)\n"), "\(printed)") }
    if row.terminate == .noException { #expect(printed.contains("without an active exception")) }
  }

  @Test(arguments: Linking.allCases) func alive(linking: Linking) throws {
    try withProgram(linking) { program, folder in
      for row in Self.rows {
        let file = "\(folder)/report.json"
        let result = try Command().run([
          "exec", "--format", "json", "--report", file, "--", program, row.testDescription,
        ])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let trial = try #require(
          try JSONDecoder().decode(RunReport.self, from: bytes).trials.first)
        try check(trial, as: row, printed: result.errors)
      }
    }
  }

  @Test(
    .enabled("the kernel writes no core dump into the folder (kernel.core_pattern)") {
      CoreTests.kernelWritesCores
    }, arguments: [Linking.dynamic, .unoptimized, .static])
  func asADump(linking: Linking) throws {
    try withProgram(linking) { program, _ in
      for row in Self.rows {
        try CoreTests.withCore(row.testDescription, of: program) { core in
          let result = try Command().run(["core", "--format", "json", core])
          let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
          try check(try #require(report.trials.first), as: row)
        }
      }
    }
  }

  /// The dump of gdb leaves out code that is as it is in the file.
  @Test(.enabled(if: Toolbox.has("gdb"), "no gdb here"), arguments: ["assert", "owner"])
  func asADumpOfGDB(way: String) throws {
    try withProgram(.dynamic) { program, folder in
      let core = "\(folder)/core"
      _ = try CoreTests.runWithNoSignalBlocked(
        ["/usr/bin/timeout", "120", try #require(Toolbox.find("gdb")), "-q", "-batch", "-nx"]
          + ["set debuginfod enabled off", "run", "generate-core-file \(core)"].flatMap {
            ["-ex", $0]
          } + ["--args", program, way],
        into: "\(folder)/output")
      let result = try Command().run(["core", "--format", "json", core])
      let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
      let row = try #require(Self.rows.first { $0.testDescription == way })
      try check(try #require(report.trials.first), as: row)
    }
  }

  /// The C++ library itself prints the type and, of what is a std::exception, what().
  @Test(arguments: [["-O0"], ["-O2", "-fstack-protector-all"], ["-O2", "-static"]])
  func asTheLibraryPrintsIt(flags: [String]) throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "exception-kinds.cpp", with: "g++", flags + ["-std=c++17", "-w", "-pthread"],
        into: folder)
      let ways = try Command(path: program).run([]).output.split(whereSeparator: \.isWhitespace)
      #expect(ways.count > 30)
      for way in ways {
        let file = "\(folder)/report.json"
        let result = try Command().run([
          "exec", "--format", "json", "--report", file, "--", program, String(way),
        ])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let trial = try #require(
          try JSONDecoder().decode(RunReport.self, from: bytes).trials.first)
        let message = try #require(trial.faults.first?.abortMessage, "\(way)")
        let lines = result.errors.split(separator: "\n", maxSplits: 1)
        guard let exception = message.exception else {
          #expect(lines.first == "terminate called without an active exception", "\(way)")
          #expect(message.terminate == .noException, "\(way)")
          continue
        }
        #expect(
          lines.first == "terminate called after throwing an instance of '\(exception.type)'",
          "\(way)")
        let printed = lines.dropFirst().first { $0.hasPrefix("  what():  ") }
        #expect(
          printed?.dropFirst(11).trimmingSuffix(while: \.isNewline)
            == exception.what.map { Substring($0) }, "\(way)")
      }
    }
  }

  /// A static program without symbols says nothing that could be found, and nothing wrong is told.
  @Test func withoutSymbolsNothingIsTold() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "abort-messages.cpp", with: "g++", ["-w", "-O1", "-static", "-s", "-pthread"],
        into: folder)
      for way in ["assert", "runtime-error", "abort"] {
        let trial = try LanguageTests.exec([program, way], in: folder).trial
        #expect(trial.termination?.signal == .abrt)
        #expect(trial.message == nil)
      }
    }
  }

  @Test func pureVirtualCall() throws {
    try withProgram(.dynamic) { program, folder in
      let trial = try LanguageTests.exec([program, "pure"], in: folder).trial
      #expect(trial.faults.first?.abortMessage?.terminate == .pureVirtualCall)
      #expect(trial.message == "pure virtual method called")
    }
  }

  /// It is bounded, and told to be cut.
  @Test func longTextIsCut() throws {
    try withProgram(.dynamic) { program, folder in
      let trial = try LanguageTests.exec([program, "long"], in: folder).trial
      #expect(
        trial.faults.first?.abortMessage?.exception?.what
          == String(repeating: "x", count: 4096) + "…")
    }
  }

  @Test(arguments: [
    ("double-free", "SIGABRT: free(): double free detected in tcache 2"),
    (
      "owner",
      "SIGABRT: terminate called after throwing an instance of 'shop::Owner': what a string has"
    ),
    (
      "escapes",
      "SIGABRT: terminate called after throwing an instance of 'std::runtime_error': "
        + "red \\u{1b}[31m text"
    ),
    ("terminate", "SIGABRT: terminate called without an active exception"),
  ])
  func headlineSaysIt(way: String, line: String) throws {
    try withProgram(.dynamic) { program, folder in
      let file = "\(folder)/report.txt"
      _ = try Command().run(["exec", "--report", file, "--", program, way])
      let text = try String(contentsOfFile: file, encoding: .utf8)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2)
      #expect(lines.prefix(2).joined(separator: " ").hasPrefix(line), "\(text.prefix(400))")
    }
  }

  // MARK: - Swift

  /// Swift's runtime raises SIGILL or calls abort; code of the program itself that traps has said
  /// nothing.
  @Test(
    .enabled(if: Toolbox.has("swiftc"), "no swiftc here"),
    arguments: [[], ["-static-stdlib"]] as [[String]])
  func swift(flags: [String]) throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "abort_messages.swift", with: "swiftc", ["-Onone"] + flags, into: folder)
      let rows: [(String, Signal, String?)] = [
        ("fatal", .ill, "Fatal error: the disk is full"),
        ("precondition", .ill, "Precondition failed: three numbers"),
        ("cast", .abrt, "Could not cast value of type 'program.Base'"),
        ("overflow", .ill, nil), ("abort", .abrt, nil),
      ]
      for (way, signal, text) in rows {
        let trial = try LanguageTests.exec([program, way], in: folder).trial
        #expect(trial.termination?.signal == signal, "\(way)")
        #expect(trial.faults.first?.abortMessage?.terminate == nil)
        if let text {
          #expect(trial.message?.contains(text) == true, "\(way): \(trial.message ?? "nothing")")
        } else {
          #expect(trial.message == nil, "\(way)")
        }
      }
    }
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while isLeftOut: (Character) -> Bool) -> Substring {
    var rest = self
    while let last = rest.last, isLeftOut(last) { rest.removeLast() }
    return rest
  }
}
