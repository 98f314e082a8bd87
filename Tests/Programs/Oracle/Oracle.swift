import ArgumentParser
import CHarness
import CRandomRecursions
import CrashLab
import Glibc

/// Holds the unwinder against libunwind, and against what the frames of random recursions have noted of
/// themselves. It forks, so it is synchronous.
@main
struct Oracle: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oracle",
    abstract: "Hold unwinding against libunwind and the truth, over random recursions.")

  @Option(help: "The first seed; each recursion has the next one.") var seed: UInt64 = 1
  @Option(help: "How many recursions.") var count: UInt64 = 1000
  @Flag(help: "A line for each recursion.") var verbose = false

  func run() throws {
    try Laboratory.prepare()
    var totals = Totals()
    for seed in seed..<(seed + count) {
      var outcome = clab_recursion_outcome()
      let error = clab_recursion_run(seed, &outcome)
      if error != 0 { throw SystemError("fork", "recursion \(seed)", code: error) }
      totals.add(outcome)
      if verbose || outcome.verdict != CLAB_RECURSION_EQUAL.rawValue {
        try Output.standard.write(line(seed, outcome))
      }
    }
    try Output.standard.write(totals.text)
    if totals.wrong > 0 { throw ExitCode(1) }
  }

  private struct Totals {
    var recursions = 0
    var wrong = 0
    var walks = 0
    var frames: UInt64 = 0
    var verified: UInt64 = 0
    var replayed: UInt64 = 0
    var steps: UInt64 = 0
    var astray = 0
    var records: UInt64 = 0
    var registers: UInt64 = 0
    var unknown: UInt64 = 0

    mutating func add(_ outcome: clab_recursion_outcome) {
      recursions += 1
      wrong += outcome.verdict == CLAB_RECURSION_EQUAL.rawValue ? 0 : 1
      walks += Int(outcome.walks)
      frames += outcome.oracle.frames
      verified += outcome.trace.verified
      replayed += outcome.trace.replayed
      steps += outcome.trace.steps
      astray += Int(outcome.astray)
      records += outcome.truth.records
      registers += outcome.truth.registers
      unknown += outcome.truth.unknown
    }

    var text: String {
      """
      \(recursions) recursions, \(walks) chains compared, \(wrong) wrong; \(frames) frames: \
      \(verified) in verified runs, \(replayed) by proved rules, \(steps) by libunwind
      the frames' own records: \(records) come by in their order, \(registers) registers equal, \
      \(unknown) said to be unknown; \(astray) chains told truly that libunwind loses

      """
    }
  }

  private func line(_ seed: UInt64, _ outcome: clab_recursion_outcome) -> String {
    let trace = outcome.trace
    let what =
      "seed \(seed): \(text(of: outcome.base)), \(text(of: outcome.bottom)), "
      + "\(trace.frame_count) frames, \(trace.steps) by libunwind, stop \(trace.stop)"
    let oracle = outcome.oracle
    switch clab_recursion_verdict(outcome.verdict) {
    case CLAB_RECURSION_EQUAL: return "\(what): equal\n"
    case CLAB_RECURSION_OUTSIDE_UNLIKE:
      return "\(what): the trace from outside is not the same (\(oracle.folded_pc) frames)\n"
    case CLAB_RECURSION_TOLD_WRONG: return "\(what): the entries are not the frames\n"
    case CLAB_RECURSION_UNTRUE:
      let truth = outcome.truth
      return """
        \(what): frame \(truth.index), register \(truth.differing_register): told \
        0x\(hex(truth.told)), noted 0x\(hex(truth.is)), \(truth.unknown) unknown, \
        \(truth.records) records were come by. Repeat: oracle --seed \(seed) --count 1

        """
    case CLAB_RECURSION_UNFINISHED:
      return "\(what): the child ended early, wait status 0x\(hex(UInt64(outcome.status)))\n"
    default:
      return """
        \(what): frame \(oracle.frames) differs\
        \(outcome.verdict == CLAB_RECURSION_DIFFERS_OUTSIDE.rawValue ? " from outside" : ""): \
        folded 0x\(hex(oracle.folded_pc)) 0x\(hex(oracle.folded_cfa)), \
        plain 0x\(hex(oracle.plain_pc)) 0x\(hex(oracle.plain_cfa)). \
        Repeat: oracle --seed \(seed) --count 1

        """
    }
  }

  private func hex(_ value: UInt64) -> String { String(value, radix: 16) }

  private func text<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
