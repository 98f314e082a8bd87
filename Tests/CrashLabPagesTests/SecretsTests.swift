import TestSupport
import Testing

@testable import CrashLab
@testable import CrashLabPages
@testable import CrashLabText

/// Of a secret that a report has seen nothing is left in any format once secrets are left out.
@Suite struct SecretsTests {
  private static let secret = Secret.text
  private static let word = Secret.word

  /// Where it was seen.
  enum Place: String, CaseIterable {
    case argument, title, said, assertion, fatalError, what, pointedTo, register, address, pointer
    case returnAddress, operand, frame, otherThread, source
  }

  private static func trial(_ place: Place) throws -> TrialReport {
    var fault = Reports.fault(
      address: 0x7f00_1234_5000, site: FaultSite(.unmapped), text: "descend")
    var trial = Reports.trial(verdict: nil, faults: [fault])
    trial.case = nil
    trial.command = ["/bin/server", "--port", "80"]
    let address = Address(word)
    func frame(_ counter: Address) -> UnwindReport.Frame {
      .init(index: 3, count: 1, period: 1, programCounter: counter)
    }
    switch place {
    case .argument: trial.command = ["/bin/server", "--token=\(secret)", secret]
    case .title: trial.command = ["server: session \(secret)"]
    case .said: fault.abortMessage = AbortMessage(text: secret)
    case .assertion:
      fault.abortMessage = AbortMessage(text: "x: x.c:1: main: Assertion `\(secret)' failed.")
    case .fatalError: fault.abortMessage = AbortMessage(text: "a/b.swift:3: Fatal error: \(secret)")
    case .what:
      fault.abortMessage = AbortMessage(
        text: nil, terminate: .exception,
        exception: ThrownException(type: "std::runtime_error", what: secret))
    case .pointedTo:
      fault.generalRegisters = [
        RegisterReport(
          name: "rdi", value: Address(0x7010_1010),
          pointsTo: PointerTarget(.heap, offset: 16, mapping: "[heap]", text: secret))
      ]
    case .register:
      fault.generalRegisters = [RegisterReport(name: "rax", value: address)]
      fault.instruction = .init(text: "mov (%rax),%rbx", operandAddress: nil)
    case .address:
      fault.address = address
      fault.site = FaultSite(.nonCanonical)
    case .pointer:
      fault.address = Address(word &+ 8)
      fault.cause = FaultCause(
        .textPointer, register: "rax", pointer: address, offset: 8, text: String(secret.prefix(8)))
    case .returnAddress:
      fault.access = .execute
      fault.address = address
      fault.programCounter = address
      fault.cause = FaultCause(
        .returnAddressOverwritten, pointer: address, text: String(secret.prefix(8)))
      fault.unwind?.frames.insert(frame(address), at: 0)
    case .operand:
      fault.address = Address(0)
      fault.site = FaultSite(.refused)
      fault.instruction = .init(text: "ret", operandAddress: address)
    case .frame: fault.unwind?.frames.append(frame(address))
    case .otherThread:
      var unwind = try #require(fault.unwind)
      unwind.frames.append(frame(address))
      trial.threads = [ThreadReport(id: 13, name: "worker", unwind: unwind)]
    case .source:
      fault.source = SourceExcerpt(file: "/src/x.c", first: 1, lines: ["key = \(secret)"], line: 1)
    }
    trial.faults = [fault]
    // As it is written down: with its words.
    return TrialReport(TrialResult(trial))
  }

  /// In every format.
  private static func texts(of trial: TrialReport) throws -> [String: String] {
    var page = PageReporter(
      machine: Reports.machine, catalogue: CaseCollection([]),
      heading: RunHeading(date: nil, run: nil, command: nil))
    _ = page.trial(trial)
    var junit = JUnitReporter { _ in nil }
    _ = junit.trial(trial)
    let otlp = OTLPReporter(
      .init(machine: Reports.machine, host: "h", crashed: 1, observed: 2, version: "0"))
    func words(_ detail: TrialText.Detail) -> String {
      TrialText(theme: .plain, detail: detail, fullNames: true)
        .whole(trial, machine: Reports.machine)
    }
    return [
      "screen": words(.screen), "usual": words(.usual), "everything": words(.everything),
      "line": TextReporter.lines(for: trial, nameWidth: 8, theme: .plain),
      "json": try RunReport(machine: Reports.machine, trials: [trial], duration: 1).json(),
      "html": page.end(duration: 1), "junit": junit.text(duration: 1),
      "github": GitHubReporter.line(for: trial) { _ in nil }, "otlp": try otlp.trial(trial),
    ]
  }

  @Test(arguments: Place.allCases) func nothingOfItIsLeft(place: Place) throws {
    let trial = try Self.trial(place)
    let bare = try Self.texts(of: trial)
    // The test itself: without it there is something to be seen.
    #expect(bare.values.contains { Secret.leak(in: $0) != nil })
    let redacted = trial.withoutSecrets
    for (format, text) in try Self.texts(of: redacted) {
      #expect(!text.isEmpty == !(bare[format] ?? "").isEmpty)
      let leak = Secret.leak(in: text)
      #expect(leak == nil, "\(format): \(leak ?? "")")
    }
    #expect(redacted.redacted == true && redacted.withoutSecrets == redacted)
    #expect(try JSON.value(TrialReport.self, from: Array(JSON.text(of: redacted).utf8)) == redacted)
  }

  /// What no program can put anything into stays.
  @Test func placesAreLeft() throws {
    let trial = try Self.trial(.pointedTo)
    let redacted = trial.withoutSecrets
    let (fault, was) = (try #require(redacted.faults.first), try #require(trial.faults.first))
    #expect(fault.site == was.site && fault.address == was.address && fault.thread == was.thread)
    #expect(fault.unwind == was.unwind && redacted.signature == trial.signature)
    #expect(fault.generalRegisters?.first?.pointsTo?.offset == 16)
    #expect(redacted.command == ["/bin/server"])
    // Equal crashes are equal, whatever was said.
    var other = try Self.trial(.said)
    other.faults[0].abortMessage = AbortMessage(text: "another")
    #expect(try Self.trial(.said).withoutSecrets.signature == other.withoutSecrets.signature)
  }

  @Test(arguments: [
    ("double free or corruption (out)", "double free or corruption (out)"),
    ("free(): invalid pointer", "free(): invalid pointer"),
    ("free(): key 12345", "[redacted]"),
    ("a: a.c:1: f: Assertion `x == 3' failed.", "Assertion failed: [redacted]"),
    (
      "Swift/ContiguousArrayBuffer.swift:600: Fatal error: Index out of range",
      "Fatal error: Index out of range"
    ),
    ("x/y.swift:1: Fatal error: no such user bob", "Fatal error: [redacted]"),
    ("x/y.swift:1: Fatal error", "Fatal error: [redacted]"),
    ("Precondition failed: bob", "Precondition failed: [redacted]"),
    ("", "[redacted]"),
  ])
  func messageKeepsItsKind(text: String, kind: String) {
    #expect(Secrets.kind(ofMessage: text) == kind)
    #expect(Secrets.kind(ofMessage: kind) == kind)
  }

  @Test(arguments: [
    (["/bin/a b", "x"], ["/bin/a b"]), (["nginx: worker process"], ["nginx:"]), ([], []),
    ([" "], [""]), (["a"], ["a"]),
  ])
  func programOfCommand(command: [String], program: [String]) {
    #expect(Secrets.program(of: command) == program)
  }

  /// Addresses as they are; words that are text do not.
  @Test(arguments: [
    (0, 0), (0x7f12_9ba9_7fd8, 0x7f12_9ba9_7fd8), (0x10, 0x10), (0x41_4243, 0x41_4243),
    (0x4142_4344, 0x7878_7878), (0x41_4243_4401, 0x78_7878_7878),
    (0x6162_6364_6566_6768, 0x7878_7878_7878_7878),
  ])
  func wordsThatAreText(word: UInt64, hidden: UInt64) {
    #expect(Secrets.hidden(Address(word)) == Address(hidden))
    #expect(Secrets.hidden(Address(hidden)) == Address(hidden))
  }
}
