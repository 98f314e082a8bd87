import CrashLab
import CrashLabModel

/// The runs that are kept, as JSON.
struct RunList: Encodable {
  struct Run: Encodable {
    struct Crash: Encodable {
      @Nullable var signature: String?
      @Nullable var command: [String]?
      var summary: String
    }

    var name: String
    var folder: String
    /// Local time, `2026-11-24 07:30:00`; null for other names.
    @Nullable var start: String?
    @Nullable var commandLine: String?
    /// Of trials that were judged.
    var asExpected = 0
    var notAsExpected = 0
    var skipped = 0
    var laboratoryErrors = 0
    /// Of programs of which nothing was expected.
    var crashes: [Crash] = []
    var notReadable = 0

    init(name: String, folder: String, start: String?, commandLine: String?) {
      (self.name, self.folder) = (name, folder)
      _start = Nullable(wrappedValue: start)
      _commandLine = Nullable(wrappedValue: commandLine)
    }

    mutating func add(_ trial: TrialReport) {
      switch trial.verdict {
      case .asExpected: asExpected += 1
      case .notAsExpected: notAsExpected += 1
      case .skipped: skipped += 1
      case .laboratoryError: laboratoryErrors += 1
      case nil: break
      }
      if trial.case == nil, trial.verdict == nil {
        crashes.append(
          Crash(signature: trial.signature, command: trial.command, summary: trial.summary))
      }
    }
  }

  var schemaVersion = 1
  var runs: [Run]
}
