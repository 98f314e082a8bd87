internal import CrashLab
internal import CrashLabText

/// A case as the template reads it: its line in the overview and its section.
struct CaseValues {
  var crashCase: CrashCase?
  var record: CaseRecord
  var folder: String
  var id: String
  var machine: Machine

  var verdict: VerdictWords { .of(record.verdict) }

  /// Its line in the contents.
  var entry: Values { ["id": id, "name": name, "verdict": verdict.values] }

  private var name: String { crashCase?.name ?? record.name }

  var values: Values {
    var values: Values = [
      "id": id, "folder": folder, "name": name,
      "verdict": verdict.values,
      "seen": shortened(record.told.first?.summary ?? ""),
      "trials": trials,
    ]
    if let crashCase {
      values["summary"] = crashCase.summary
      values["lesson"] = crashCase.lesson
      values["expected"] = crashCase.expectation.inWords
    }
    if record.attempts > 1 {
      values["attempts"] =
        "\(grouped(record.attempts)) attempts, "
        + "\(grouped(record.summary.asExpected)) as expected"
      values["overshoots"] = overshoots(record)
    }
    return values
  }

  private func overshoots(_ record: CaseRecord) -> Values? {
    let drawing = OvershootChart(record.overshoots).drawing
    return drawing.isEmpty ? nil : ["drawing": drawing]
  }

  private var trials: [Values] {
    record.told.enumerated().map { index, trial in
      TrialValues(trial: trial, id: "\(id)-\(index)", machine: machine, isRepeated: isRepeated)
        .values
    }
  }

  private var isRepeated: Bool { record.attempts > 1 }
}
