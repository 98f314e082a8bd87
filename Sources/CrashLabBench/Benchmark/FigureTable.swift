internal import CrashLabModel

/// Figures as their samples come: in the order in which their names came first, but for those of a
/// group (all but the last part of the name), which stay together.
struct FigureTable {
  private var order: [String] = []
  private var samples: [String: [Double]] = [:]

  /// - Parameter nanoseconds: one sample.
  mutating func add(_ name: String, _ nanoseconds: Double) {
    if samples[name] == nil { order.append(name) }
    samples[name, default: []].append(nanoseconds)
  }

  var figures: [BenchmarkReport.Figure?] {
    let groups = order.map { $0.prefix(upTo: $0.lastIndex(of: ".") ?? $0.endIndex) }
    var seen: [Substring] = []
    for group in groups where !seen.contains(group) { seen.append(group) }
    return seen.flatMap { group in
      zip(order, groups).filter { $0.1 == group }.map { name, _ in
        BenchmarkReport.Figure(name, nanoseconds: samples[name, default: []])
      }
    }
  }
}
