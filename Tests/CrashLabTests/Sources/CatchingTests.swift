import Testing

@testable import CrashLab

/// What the core handler is told, and what hinders it: pure functions.
@Suite struct CatchingTests {
  /// The words that the kernel makes of `CrashNotice.pattern`.
  @Test(
    arguments: [
      ("7 8 11 1764230000 1 1000 100 5", 5), ("7 8 11 1764230000 1 1000 100", nil),
      // Before Linux 6.16 nothing stands for %F; standard descriptors are none.
      ("7 8 11 1764230000 1 1000 100 ", nil), ("7 8 11 1764230000 1 1000 100 2", nil),
      ("7 8 11 1764230000 1 1000 100 -1", nil), ("7 8 11 1764230000 1 1000 100 x", nil),
    ] as [(String, Int32?)])
  func notice(words: String, pidfd: Int32?) throws {
    let notice = try #require(
      CrashNotice(
        words: words.split(separator: " ", omittingEmptySubsequences: false).map(String.init)))
    #expect(notice.process == 7 && notice.thread == 8 && notice.signal == .segv)
    #expect(notice.user == 1000 && notice.group == 100 && notice.pidfd == pidfd)
    #expect(notice.reader?.user == 1000)
  }

  @Test(arguments: [
    "", "7 8 11 1 1 0", "7 8 11 1 1 0 0 3 4", "0 8 11 1 1 0 0", "7 -8 11 1 1 0 0",
    "7 8 65 1 1 0 0", "7 8 0 1 1 0 0", "7 8 11 x 1 0 0", "7 8 11 1 1 -1 0",
    "99999999999 8 11 1 1 0 0", "%P %I %s %t %d %u %g %F",
  ])
  func noNotice(words: String) {
    #expect(CrashNotice(words: words.split(separator: " ").map(String.init)) == nil)
  }

  private static let settings = CatchSettings(
    program: "/usr/local/bin/crashlab",
    former: KernelSettings(corePattern: "core", corePipeLimit: 0, setUserDumpable: 0),
    installed: KernelSettings(corePattern: "|x", corePipeLimit: 16, setUserDumpable: 2))

  private static func hindrances(_ change: (inout CatchStatus.Facts) -> Void)
    -> [CatchStatus.Hindrance]
  {
    var facts = CatchStatus.Facts(
      settings: settings, kernel: settings.installed, kernelVersion: (6, 18), objection: nil,
      coreLimit: .max, hasLog: true, hasBootFile: true)
    change(&facts)
    return CatchStatus.hindrances(facts)
  }

  @Test func hindrances() {
    #expect(Self.hindrances { _ in }.isEmpty)
    #expect(Self.hindrances { $0.settings = nil } == [.notInstalled])
    #expect(Self.hindrances { $0.kernel.corePattern = "core" } == [.patternReplaced])
    #expect(Self.hindrances { $0.kernel.corePipeLimit = 0 } == [.noPipeLimit])
    #expect(Self.hindrances { $0.kernel.setUserDumpable = 0 } == [.setUserNotDumped])
    #expect(Self.hindrances { $0.objection = .missing("x") } == [.programMissing])
    #expect(Self.hindrances { $0.objection = .changeable("x") } == [.programChangeable])
    #expect(Self.hindrances { $0.objection = .inContainer } == [.inContainer])
    #expect(Self.hindrances { $0.coreLimit = 1 } == [.coreLimitOfOne])
    #expect(Self.hindrances { $0.coreLimit = 0 }.isEmpty)
    #expect(Self.hindrances { $0.coreLimit = nil }.isEmpty)
    #expect(Self.hindrances { $0.hasLog = false } == [.logMissing])
    #expect(Self.hindrances { $0.hasBootFile = false } == [.notPersistent])
  }

  @Test(arguments: [
    ((5, 10), true), ((6, 1), true), ((6, 15), true), ((6, 16), false), ((6, 18), false),
    ((7, 0), false),
  ])
  func kernelsBeforeThePidfd(version: (Int, Int), isToldOf: Bool) {
    #expect(Self.hindrances { $0.kernelVersion = version } == (isToldOf ? [.noPidfd] : []))
  }

  @Test(
    arguments: [
      ("Name:\tx\nNSpid:\t4711\t12\t3\nNSpgid:\t1\n", 3), ("NSpid:\t4711\n", 4711),
      ("Name:\tNSpid: 5\nNSpid:\t1 2", 2), ("", nil), ("NSpid:\n", nil), ("NSpid:\tx\n", nil),
      ("NSpid:\t1\t0\n", nil), ("NSpid:\t99999999999\n", nil), ("NSpid:\t1\t-2\n", nil),
    ] as [(String, Int32?)])
  func innermostNumber(status: String, number: Int32?) {
    #expect(CrashReading.innerIdentifier(inStatus: Array(status.utf8)) == number)
  }

  /// What an answer says is what the handler is told; anything else is none.
  @Test func answer() throws {
    let answer = CrashAnswer(line: "a\u{1b}b", report: Array("{}".utf8))
    let again = try CrashAnswer(answer.encoded)
    #expect(again.line == answer.line && again.report == answer.report)
    let encoded = answer.encoded
    let others: [[UInt8]] = [[], [0], Array(encoded.prefix(8)), [9] + Array(encoded.dropFirst())]
    for bytes in others {
      #expect(throws: CrashAnswer.Missing.self) { try CrashAnswer(bytes) }
    }
    let huge: [UInt8] = [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff] + [UInt8](repeating: 65, count: 100)
    #expect(throws: CrashAnswer.Missing.self) { try CrashAnswer(huge) }
  }
}
