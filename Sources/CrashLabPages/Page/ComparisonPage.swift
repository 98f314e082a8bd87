internal import CrashLab
package import CrashLabBench
internal import CrashLabText

/// Two runs beside each other, in one self-contained HTML file.
package enum ComparisonPage {
  private static let mostCases = 2000

  package static func html(_ comparison: RunComparison) -> String {
    Templates.comparison.render([
      "style": Templates.style,
      "sentence": comparison.sentence(),
      "first": shortened(comparison.first.name, to: 100),
      "second": shortened(comparison.second.name, to: 100),
      "machine": comparison.machine.map {
        [
          "what": $0.what, "first": shortened($0.first), "second": shortened($0.second),
          "strong": false,
        ] as Values
      },
      "hasMachine": !comparison.machine.isEmpty,
      "cases": comparison.cases.prefix(mostCases).enumerated().map { index, crashCase in
        [
          "id": "case-\(index)", "name": shortened(crashCase.name, to: 200),
          "attempts": crashCase.attempts.map(grouped).joined(separator: " and "),
          "rows": crashCase.differences.map {
            [
              "what": $0.what.rawValue, "first": shortened($0.first),
              "second": shortened($0.second), "strong": $0.isBehaviour,
            ] as Values
          },
        ] as Values
      },
      "only": [
        ("first", comparison.onlyInFirst), ("second", comparison.onlyInSecond),
      ].filter { !$0.1.isEmpty }.map { side, names in
        [
          "side": side,
          "names": shortened(names.prefix(mostCases).joined(separator: ", "), to: 20_000),
        ] as Values
      },
    ])
  }
}
