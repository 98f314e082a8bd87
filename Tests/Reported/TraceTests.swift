import Foundation
import Testing

@testable import CrashLab

/// Traces of code whose call-frame information is missing, or not where it usually is.
@Suite(.enabled(if: Toolbox.has("gcc"))) struct TraceTests {
  private static let flags = [
    "-O1", "-fno-optimize-sibling-calls", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables",
  ]

  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var flags: [String]
  }

  /// The main stack of 8 MiB in frames of some 200 bytes (gdb: 37,443 of 224 bytes by gcc 12).
  @Test(arguments: [
    Row(testDescription: "frame pointers", flags: ["-fno-omit-frame-pointer"]),
    Row(testDescription: ".debug_frame", flags: ["-g", "-gz=none", "-fomit-frame-pointer"]),
    Row(
      testDescription: ".debug_frame of a static program",
      flags: ["-g", "-gz=none", "-fomit-frame-pointer", "-static"]),
  ])
  func recursionIsWalked(row: Row) throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "uninformed.c", with: "gcc", TraceTests.flags + row.flags, into: folder)
      let seen = try LanguageTests.exec(
        ["sh", "-c", "ulimit -s 8192; exec \"$0\"", program], in: folder)
      #expect(seen.status == 139)
      let fault = try #require(seen.trial.faults.first)
      let unwind = try #require(fault.unwind)
      #expect(unwind.complete)
      let recursion = try #require(fault.unwind?.recursion)
      #expect(recursion.functions.map(\.symbol) == ["descend"])
      let size = try #require(recursion.functions.first?.frameSize)
      #expect((200...320).contains(size))
      // The whole stack is accounted for, but the kernel's share and the first frames.
      #expect(((8 << 20) * 98 / 100...(8 << 20)).contains(unwind.frameCount * size))
      #expect(recursion.enteredFrom?.symbol == "main")
    }
  }

  /// Without either there is nothing to follow: no frame is made up, and nothing is claimed.
  @Test func endIsHonest() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "uninformed.c", with: "gcc", TraceTests.flags + ["-fomit-frame-pointer"], into: folder)
      for _ in 0..<5 {
        let fault = try #require(
          try LanguageTests.exec([program], in: folder).trial.faults.first)
        let unwind = try #require(fault.unwind)
        #expect(!unwind.complete)
        #expect(unwind.frameCount < 100)
        #expect(fault.unwind?.recursion == nil)
      }
    }
  }

  /// The mappings before the vDSO are of no file either.
  @Test func framesBeyondTheVDSO() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "uninformed.c", with: "gcc", ["-O1", "-fno-optimize-sibling-calls"], into: folder)
      let fault = try #require(
        try LanguageTests.exec([program, "clock"], in: folder).trial.faults.last)
      let unwind = try #require(fault.unwind)
      #expect(unwind.complete)
      let symbols = unwind.frames.map(\.symbol)
      #expect(symbols.contains("serve") && symbols.contains("main"))
    }
  }
}
