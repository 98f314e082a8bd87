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
    let rows = MarkRows(moments.map { ($0.name, $0.at / last.at) })
    let axis = rows.count * 16 + 10
    svg.line("axis", from: 0, to: 1, y1: axis, y2: axis)
    for (moment, place) in zip(moments, rows.places) {
      let at = moment.at / last.at
      svg.line("mark \(moment.style)", from: at, to: at, y1: place.row * 16 + 2, y2: axis)
      svg.label(
        "word \(moment.style)", moment.name, at: at, y: (place.row + 1) * 16 - 4,
        anchor: place.anchor)
    }
    for tick in RoundTicks.upTo(last.at, atMost: 3) {
      svg.line("scale", from: tick / last.at, to: tick / last.at, y1: axis, y2: axis + 6)
      svg.label(
        "word scale", microseconds(tick), at: tick / last.at, y: axis + 20,
        anchor: .onAxis(tick / last.at))
    }
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
