internal import ArgumentParser
internal import CrashLab
import CrashLabBench

extension Placement.Policy: ExpressibleByArgument {}

enum TextOrJSON: String, ExpressibleByArgument, CaseIterable { case text, json }

/// How thoroughly and where switches are measured, the same for every command that measures them.
struct SwitchOptions: ParsableArguments {
  @Flag(
    help: "Under ten seconds, with fewer and shorter samples; on a busy machine with still fewer.")
  var quick = false

  @Flag(help: "Under five minutes: more rounds, the whole sweep.")
  var full = false

  @Option(help: "The core that everything is pinned to. (default: the last that may be used)")
  var core: Int?

  @Option(help: "The scheduling policy: batch, fifo (needs CAP_SYS_NICE) or other.")
  var policy: Placement.Policy = .batch

  func validate() throws {
    if quick && full { throw ValidationError("--quick and --full exclude each other.") }
    if let core, core < 0 || core > 1023 {
      throw ValidationError("--core must be between 0 and 1023, not \(core).")
    }
  }

  private var thoroughness: SwitchMeasurement.Thoroughness {
    quick ? .quick : full ? .full : .usual
  }

  var measurement: SwitchMeasurement {
    SwitchMeasurement(
      thoroughness,
      placement: Placement(core: core ?? Placement.suggestedCore(), policy: policy))
  }
}

/// Measures with a line of progress. Whatever ends it, the line is gone.
func withSession<Value>(
  milliseconds: Double, within seconds: Double? = nil, _ body: (MeasurementSession) throws -> Value
) throws -> (Value, Signal?) {
  var progress = Progress(milliseconds: milliseconds)
  defer { progress.clear() }
  let session = try MeasurementSession(seconds: seconds) { progress.advance(by: $0) }
  let value = try body(session)
  return (value, session.interrupted)
}
