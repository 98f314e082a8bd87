internal import CrashLab
internal import CrashLabBench
internal import CrashLabText

/// A hop's cost over the members of the ring: a line for threads, one for processes.
struct SweepChart {
  private let curve: TLBReport.Curve
  private static let (top, bottom) = (56, 236)

  init(_ curve: TLBReport.Curve) { self.curve = curve }

  static func caption(of curve: TLBReport.Curve) -> String {
    "Nanoseconds a hop round a ring of so many threads or processes, each touching "
      + "\(grouped(curve.pages)) pages of its own at its turn"
  }

  /// Empty where there are not two rings.
  var drawing: String {
    let rings = curve.rings
    guard let first = rings.first?.members, let last = rings.last?.members, first < last,
      let high = rings.map({ max($0.thread, $0.process) }).max(), high > 0
    else { return "" }
    func x(_ members: Int) -> Double {
      0.24 + 0.72 * Double(members - first) / Double(last - first)
    }
    func y(_ value: Double) -> Int {
      let share = max(0, min(1, value / high))
      return SweepChart.bottom - Int(share * Double(SweepChart.bottom - SweepChart.top - 16))
    }
    var svg = SVG()
    for tick in RoundTicks.upTo(high) {
      svg.line("grid", from: 0.22, to: 1, y1: y(tick), y2: y(tick))
      svg.label("word name", "\(grouped(rounded(tick))) ns", at: 0, y: y(tick) + 4)
    }
    for ring in rings {
      svg.element(
        "text",
        [
          "class": "word name", "x": percent(x(ring.members)), "y": "\(SweepChart.bottom + 16)",
          "text-anchor": "middle",
        ], "\(ring.members)")
    }
    let flushes = rings.compactMap { ring in
      ring.processFlushesPerHop.map { (members: ring.members, perHop: $0) }
    }
    for flush in flushes {
      svg.element(
        "text",
        [
          "class": "word processes", "x": percent(x(flush.members)),
          "y": "\(SweepChart.bottom + 32)", "text-anchor": "middle",
        ], Figures.fixed(flush.perHop, 1))
    }
    if !flushes.isEmpty {
      svg.label(
        "word processes", "flushes a hop of processes, as the kernel counted", at: 0,
        y: SweepChart.bottom + 48)
    }
    if let step = curve.processStep {
      let place = x(step.members)
      svg.line("mark pointer", from: place, to: place, y1: 36, y2: SweepChart.bottom)
      svg.label(
        "word pointer", "step at \(step.members): +\(Figures.short(step.height)) ns", at: place,
        y: 46)
    }
    for (ring, next) in zip(rings, rings.dropFirst()) {
      for (style, value) in [("threads", \TLBReport.RingPair.thread), ("processes", \.process)] {
        svg.line(
          style, from: x(ring.members), to: x(next.members), y1: y(ring[keyPath: value]),
          y2: y(next[keyPath: value]))
      }
    }
    svg.label("word processes", "processes (line)", at: 0, y: 12)
    svg.label("word threads", "threads (dashes)", at: 0, y: 28)
    let words = rings.map { ring in
      "\(ring.members): threads \(Figures.short(ring.thread)), processes "
        + Figures.short(ring.process)
        + (ring.processFlushesPerHop.map { " with \(Figures.fixed($0, 2)) flushes" } ?? "")
    }
    return svg.document(
      height: SweepChart.bottom + (flushes.isEmpty ? 22 : 54),
      description: "Nanoseconds a hop by members of the ring: \(words.joined(separator: "; "))")
  }
}
