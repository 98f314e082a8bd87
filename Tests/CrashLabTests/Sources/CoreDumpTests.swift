import CHarness
import Testing

@testable import CrashLab
@testable import CrashLabText

@Suite struct CoreDumpTests {
  private static func account(_ core: SyntheticCore) throws -> CoreDumpReport.Account {
    let source = MemorySource(core.bytes)
    let dump = try CoreDump(source)
    return CoreAnalysis(dump, CoreMemory(dump, of: source), machine: Machine.this).account()
  }

  @Test func whatTheNotesTell() throws {
    let dump = try CoreDump(MemorySource(SyntheticCore.overflow.bytes))
    #expect(dump.threads.map(\.id) == [71, 70])
    #expect(dump.threads.map(\.signal) == [11, 0])
    #expect(
      dump.program
        == CoreDump.Program(process: 70, name: "victim", arguments: "./victim --deep "))
    #expect(dump.signal?.si_signo == 11 && dump.signal?.si_code == 2)
    #expect(dump.executable == "/no/such/victim")
    #expect(dump.missingBytes == 0)
    #expect(dump.pageSize(or: 1) == 4096)
    let mappings = dump.mappings
    #expect(mappings.map(\.path) == ["/no/such/victim", "", "", "[stack]"])
    #expect(
      mappings.map(\.permissions) == [[.read, .execute], [], [.read, .write], [.read, .write]])
  }

  /// More than 65,534 headers are counted in the first section's.
  @Test func headersAreCountedElsewhereWhereTheyAreMany() throws {
    var core = SyntheticCore.overflow
    core.countsHeadersInSection = true
    let dump = try CoreDump(MemorySource(core.bytes))
    #expect(dump.threads.map(\.id) == [71, 70])
    #expect(dump.mappings.count == 4)
  }

  /// gdb writes a signal for each thread; the first is of the thread that it was for.
  @Test func signalIsThatOfTheFirstThread() throws {
    var core = SyntheticCore.overflow
    core.add(signal: 6, code: 0, address: 0)
    let dump = try CoreDump(MemorySource(core.bytes))
    #expect(dump.signal?.si_signo == 11)
  }

  @Test func offsetsOfFilesAreInPages() throws {
    var core = SyntheticCore.overflow
    core.notes = []
    core.add(thread: 1)
    core.add(files: [(0x40_0000, 0x40_1000, 3, "/x"), (0x30_0000, 0x30_1000, 0, "/y")])
    let dump = try CoreDump(MemorySource(core.bytes))
    #expect(dump.files.map(\.path) == ["/y", "/x"])
    #expect(dump.files.map(\.offset) == [0, 3 * 4096])
    #expect(dump.mappings.holding(Address(0x40_0000))?.offset == 3 * 4096)
  }

  /// Of a segment that is cut in the file, the rest was never written.
  @Test func onlyWhatWasDumpedIsRead() throws {
    var core = SyntheticCore.overflow
    core.segments[2].bytes = [UInt8](repeating: 7, count: 0x100)
    let source = MemorySource(core.bytes)
    let memory = CoreMemory(try CoreDump(source), of: source)
    func read(_ address: UInt64, _ count: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      let got = bytes.withUnsafeMutableBytes { memory.read(address, into: $0) }
      return Array(bytes.prefix(got))
    }
    #expect(read(0x10_0000_1000, 8) == [UInt8](repeating: 7, count: 8))
    #expect(read(0x10_0000_10fc, 8) == [UInt8](repeating: 7, count: 4))
    #expect(read(0x10_0000_1100, 8).isEmpty)
    #expect(read(0x10_0000_0ffc, 8).isEmpty)
  }

  @Test func overflowIsLocated() throws {
    let account = try CoreDumpTests.account(.overflow)
    let fault = try #require(account.result.faults.first)
    #expect(fault.site.kind == .guard)
    #expect(fault.site.overshoot == 8)
    #expect(fault.site.guard?.size == 4096)
    #expect(fault.thread == .init(id: 71, name: ""))
    #expect(account.result.command == ["./victim", "--deep"])
    #expect(account.result.termination == .killed(by: .segv, coreDumped: true))
    #expect(account.result.death?.threadsAtFault == 2)
    #expect(account.notes == [.image(path: "/no/such/victim", .missing, buildId: nil)])
  }

  /// gdb leaves out what has no permissions; a guard of madvise(2) is in nobody's dump.
  @Test(arguments: zip([Int32(2), 1], [Guard.Kind.mapping, .madvise]))
  func guardIsInferredFromTheKernelsAnswer(code: Int32, kind: Guard.Kind) throws {
    var core = SyntheticCore.overflow
    if kind == .mapping {
      core.segments.remove(at: 1)
    } else {
      core.segments.remove(at: 2)
      core.segments[1] = SyntheticCore.Segment(
        low: 0x10_0000_0000, size: 0x5000, flags: 6, bytes: [UInt8](repeating: 0, count: 0x5000))
    }
    core.notes = []
    core.add(thread: 71, signal: 11, stackPointer: 0x10_0000_0ff8, programCounter: 0x40_0010)
    core.add(signal: 11, code: code, address: 0x10_0000_0ff8)
    let fault = try #require(try CoreDumpTests.account(core).result.faults.first)
    #expect(fault.site.kind == .guard)
    #expect(fault.site.guard?.kind == kind)
    #expect(fault.site.overshoot == 8)
  }

  @Test func dumpOfALivingProcessHasNoFault() throws {
    var core = SyntheticCore.overflow
    core.notes = []
    core.add(thread: 9)
    let account = try CoreDumpTests.account(core)
    #expect(account.result.faults.isEmpty && account.result.termination == nil)
    #expect(account.notes.first == .madeWhileAlive)
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var words: String
    var change: @Sendable (inout SyntheticCore) -> Void
  }

  @Test(arguments: [
    Wrong(testDescription: "32 bits", words: "of a 32-bit program") { $0.identity[4] = 1 },
    Wrong(testDescription: "big-endian", words: "big-endian") { $0.identity[5] = 2 },
    Wrong(testDescription: "no ELF", words: "no ELF file") { $0.identity[1] = 0 },
    Wrong(testDescription: "compressed", words: "unpack it") {
      $0.identity.replaceSubrange(0..<4, with: [0x28, 0xb5, 0x2f, 0xfd])
    },
    Wrong(testDescription: "a program", words: "no core dump but a program") { $0.type = 2 },
    Wrong(testDescription: "another machine", words: "can be told only of files for") {
      $0.machine = SyntheticCore.otherMachine
    },
    Wrong(testDescription: "headers too small", words: "damaged") { $0.headerSize = 8 },
    Wrong(testDescription: "no threads", words: "NT_PRSTATUS") { $0.notes = [] },
    Wrong(testDescription: "others' notes", words: "NT_PRSTATUS") {
      $0.notes = []
      $0.add(note: 1, [UInt8](repeating: 0, count: 400), name: "LINUX")
    },
    Wrong(testDescription: "a note too long", words: "longer than all notes") {
      $0.notes += UInt32(5).littleBytes + UInt32.max.littleBytes + UInt32(1).littleBytes
    },
  ])
  func wrongDumpIsRefused(wrong: Wrong) {
    var core = SyntheticCore.overflow
    wrong.change(&core)
    #expect {
      try CoreDump(MemorySource(core.bytes))
    } throws: {
      ($0 as? FileProblem)?.inWords.contains(wrong.words) == true
    }
  }

  /// Cut off anywhere, it is refused or told as far as it goes.
  @Test func truncatedAnywhere() throws {
    let whole = SyntheticCore.overflow.bytes
    var refused = 0
    for size in stride(from: 0, to: whole.count, by: 37) {
      let source = MemorySource(Array(whole.prefix(size)))
      guard let dump = try? CoreDump(source) else {
        refused += 1
        continue
      }
      #expect(dump.missingBytes == UInt64(whole.count - size))
      let look = CoreAnalysis(
        dump, CoreMemory(dump, of: source), machine: Machine.this)
      #expect(look.account().notes.first == .missingBytes(UInt64(whole.count - size)))
    }
    #expect(refused > 0)
  }

  /// Random changes of a true dump neither trap nor hang.
  @Test(arguments: 0..<20)
  func readerBearsAnything(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let whole = SyntheticCore.overflow.bytes
    // Headers and notes are what is read by their own sizes.
    let interesting = 64 + 5 * 56 + SyntheticCore.overflow.notes.count
    for _ in 0..<50 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let place = Int.random(in: 0..<interesting, using: &random)
        bytes[place] = [0, 1, 0x7f, 0x80, 0xff, UInt8.random(in: 0...255, using: &random)]
          .randomElement(using: &random)!
      }
      if Bool.random(using: &random) {
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
      }
      let source = MemorySource(bytes)
      guard let dump = try? CoreDump(source) else { continue }
      for (left, right) in zip(dump.segments, dump.segments.dropFirst()) {
        #expect(left.high <= right.low)
      }
      for (left, right) in zip(dump.mappings, dump.mappings.dropFirst()) {
        #expect(left.low < left.high && left.low <= right.low)
      }
      _ = CoreAnalysis(dump, CoreMemory(dump, of: source), machine: Machine.this).account()
    }
  }
}
