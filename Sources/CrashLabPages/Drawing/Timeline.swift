internal import CrashLab
internal import CrashLabText

/// The life of a trial drawn to scale.
struct Timeline {
  struct Moment: Equatable {
    var name: String
    /// Microseconds since the fork.
    var at: Double
    /// A class: `fault` or `plain`.
    var style: String
  }

  /// In order of time.
  var moments: [Moment]

  init(_ events: [TrialReport.Event]) {
    moments = events.prefix(64).filter { $0.at.isFinite && $0.at >= 0 }.sorted { $0.at < $1.at }
      .map {
        Moment(
          name: $0.event.inWords, at: $0.at, style: $0.event == .fault ? "fault" : "plain")
      }
  }

  /// Empty where there is nothing to draw.
  var drawing: String {
    guard let last = moments.last, last.at > 0 else { return "" }
    var svg = SVG()
    var rows = LabelRows()
    let placed = moments.map { moment in
      let place = moment.at / last.at
      return (moment, place, rows.place(moment.name, at: place))
    }
    let axis = rows.count * 16 + 10
    svg.line("axis", from: 0, to: 1, y1: axis, y2: axis)
    for (moment, place, row) in placed {
      svg.line("mark \(moment.style)", from: place, to: place, y1: row * 16 + 2, y2: axis + 5)
    }
    for (moment, place, row) in placed {
      svg.label("word \(moment.style)", moment.name, at: place, y: (row + 1) * 16 - 4)
    }
    svg.label("word", "0", at: 0, y: axis + 20)
    svg.label("word", microseconds(last.at), at: 1, y: axis + 20)
    let description = moments.map { "\($0.name) at \(microseconds($0.at))" }
      .joined(separator: "; ")
    return svg.document(height: axis + 26, description: "Time line to scale: \(description)")
  }
}

/// `12,345 µs`
func microseconds(_ time: Double) -> String { "\(grouped(rounded(time))) µs" }

extension TrialReport.Event.Kind {
  var inWords: String {
    switch self {
    case .forked: "forked"
    case .armed: "armed"
    case .fault: "fault"
    case .parked: "parked"
    case .released: "released"
    case .lastBeat: "last beat"
    case .reaped: "reaped"
    }
  }
}
