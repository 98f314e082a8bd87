internal import CrashLab
internal import CrashLabText

/// One stack to scale, its limit left and its top right: what was never used, what was, and what of
/// it is the thread's own block.
struct StackBar {
  private let group: StacksReport.Group

  init(_ group: StacksReport.Group) { self.group = group }

  /// Where the used part begins, 0 to 1; nil if size or peak is not known.
  var start: Double? {
    guard let size = group.size, let peak = group.peak, size > 0 else { return nil }
    return 1 - min(1, Double(peak) / Double(size))
  }

  /// Empty where the size or the peak is not known.
  var drawing: String {
    guard let start, let size = group.size else { return "" }
    var svg = SVG()
    svg.rectangle("free", from: 0, to: 1, y: 20, height: 18)
    svg.rectangle("stack", from: start, to: 1, y: 20, height: 18)
    if let storage = group.threadLocalStorage {
      let block = 1 - min(1, Double(storage) / Double(size))
      svg.rectangle("neighbour", from: block, to: 1, y: 20, height: 18)
    }
    svg.line("mark", from: start, to: start, y1: 16, y2: 42)
    svg.label("word", "peak \(group.peakInWords)", at: start, y: 12)
    svg.label("word scale", "limit", at: 0, y: 56, anchor: .start)
    svg.label(
      "word scale", "top, \(bytesInWords(size)) above the limit", at: 1, y: 56, anchor: .end)
    return svg.document(
      height: 60,
      description: "\(group.peakInWords) of \(bytesInWords(size)) were used, \(group.useInWords)")
  }
}
