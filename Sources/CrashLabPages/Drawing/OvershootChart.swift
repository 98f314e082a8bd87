internal import CrashLab
internal import CrashLabText

/// How far below the stack limit the faults of a repeated case fell: a bar for each distance, or
/// for each of equal classes where there are many.
struct OvershootChart {
  struct Bar: Equatable {
    var label: String
    var count: Int
  }

  private(set) var bars: [Bar] = []

  init(_ counts: [Int: Int]) {
    let sorted = counts.sorted { $0.key < $1.key }
    guard let first = sorted.first?.key, let last = sorted.last?.key else { return }
    if sorted.count <= 12 {
      bars = sorted.map { Bar(label: bytesInWords($0.key), count: $0.value) }
      return
    }
    let (range, overflow) = last.subtractingReportingOverflow(first)
    guard !overflow, first > Int.min / 4, last < Int.max / 4 else { return }
    // Classes of a power of two bytes, which begin at a multiple of it.
    let width = 1 << (Int.bitWidth - (range / 12).leadingZeroBitCount)
    let start = first & -width
    bars = (0...(last - start) / width).map { index in
      let low = start + index * width
      let high = low + width - 1
      let inside = sorted.filter { $0.key >= low && $0.key <= high }
      return Bar(
        label: "\(grouped(low)) to \(grouped(high))",
        count: inside.reduce(0) { $0 + $1.value })
    }
  }

  var drawing: String {
    guard let most = bars.map(\.count).max(), most > 0 else { return "" }
    var svg = SVG()
    for (index, bar) in bars.enumerated() {
      let y = index * 34
      svg.label("word", "\(bar.label): \(grouped(bar.count)) ×", at: 0, y: y + 12)
      svg.rectangle("stack", from: 0, to: Double(bar.count) / Double(most), y: y + 16, height: 12)
    }
    let words = bars.map { "\($0.label) \(grouped($0.count)) times" }.joined(separator: ", ")
    return svg.document(height: bars.count * 34, description: "Overshoot: \(words)")
  }
}
