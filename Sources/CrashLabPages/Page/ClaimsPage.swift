internal import CrashLab
package import CrashLabBench
internal import CrashLabText

/// What textbooks say, held against this machine, in one self-contained HTML file.
package enum ClaimsPage {
  package static func html(_ report: ClaimsReport, heading: RunHeading = RunHeading()) -> String {
    Templates.claims.render([
      "style": Templates.style,
      "title": "What textbooks say, held against this machine",
      "sentence": sentence(report),
      "heading": heading.values,
      "skipTo": "claims", "skipName": "sentences", "contentsName": "Sentences",
      "contentsAt": "overview-title",
      "contents": [
        [
          "entries": report.claims.map {
            ["id": $0.id, "name": $0.sentence, "verdict": words(for: $0.verdict).values] as Values
          }
        ] as Values
      ],
      "machine": MachineValues.rows(report.machine)
        + [["name": "switching", "value": report.conditions.inWords]],
      "claims": report.claims.map { claim in
        [
          "id": claim.id, "sentence": claim.sentence, "evidence": claim.evidence,
          "why": claim.why, "elsewhere": claim.elsewhere, "command": claim.repeat,
          "verdict": words(for: claim.verdict).values,
          "figures": figures(of: claim.id, report).filter { !$0.drawing.isEmpty }
            .map { ["caption": $0.caption, "drawing": $0.drawing] as Values },
        ] as Values
      },
    ])
  }

  /// `3 hold, 7 with a condition, …`
  private static func sentence(_ report: ClaimsReport) -> String {
    func count(_ verdict: Claim.Verdict) -> Int { report.claims.count { $0.verdict == verdict } }
    func number(_ verdict: Claim.Verdict, _ one: String, _ many: String) -> String {
      "\(count(verdict)) \(count(verdict) == 1 ? one : many)"
    }
    var text =
      "Of \(report.claims.count) sentences \(number(.holds, "holds", "hold")) here, "
      + "\(number(.holdsWithCondition, "holds", "hold")) with a condition and "
      + "\(number(.doesNotHold, "does", "do")) not."
    if count(.notSettled) > 0 {
      text += " \(count(.notSettled)) can't be settled on this machine."
    }
    return report.interrupted
      ? text + " The run was interrupted: what is missing is not settled." : text
  }

  private static func words(for verdict: Claim.Verdict) -> VerdictWords {
    let (id, mark) =
      switch verdict {
      case .holds: ("good", "✓")
      case .holdsWithCondition: ("skipped", "±")
      case .doesNotHold: ("bad", "✗")
      case .notSettled: ("absent", "?")
      }
    return VerdictWords(id: id, mark: mark, name: verdict.inWords)
  }

  // MARK: - Drawings

  private static func figures(
    of claim: String, _ report: ClaimsReport
  ) -> [(caption: String, drawing: String)] {
    switch claim {
    case "sandwich-layout":
      report.layouts.map { strips($0, AddressStrip.wholeSpace(of: $0)) }
    case "stacks-scattered":
      report.layouts.map { strips($0, AddressStrip.downToTheGuard(in: $0)) }
    case "main-stack-8-mb":
      report.layouts.prefix(1).map { strips($0, AddressStrip.mainStack(of: $0)) }
    case "thread-switch-hundred-cycles":
      [
        (
          "What each switch costs, beside what it is made of: a logarithmic scale",
          SwitchChart(report.switching?.kinds ?? []).drawing
        )
      ]
    case "process-switch-flushes-tlb":
      (report.switching?.tlb?.pages ?? []).map { curve in
        (SweepChart.caption(of: curve), SweepChart(curve).drawing)
      }
    default: []
    }
  }

  private static func strips(
    _ layout: LayoutReport, _ strips: [AddressStrip]
  ) -> (caption: String, drawing: String) {
    let threads = layout.process.threads
    let words = threads == 1 ? "A process with one thread" : "A process with \(threads) threads"
    return (
      "\(words), to scale: low addresses left",
      strips.isEmpty ? "" : AddressStrip.drawing(of: strips, words)
    )
  }
}
