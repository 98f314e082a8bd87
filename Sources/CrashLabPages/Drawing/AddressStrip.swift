internal import CrashLab
internal import CrashLabText

/// A range of addresses drawn to scale: low addresses left, high ones right, so that stacks grow to
/// the left. Several strips magnify one another, because a fault 8 bytes below an 8 MiB stack is
/// not to be seen in any one scale.
struct AddressStrip: Equatable {
  struct Region: Equatable {
    var low: Address
    var high: Address
    /// A class of the style sheet: `stack`, `neighbour`, `guard`, `mapping`, `free`.
    var style: String
    var label: String
  }

  struct Mark: Equatable {
    var address: Address
    /// A class: `fault`, `limit`, `pointer`.
    var style: String
    var label: String
  }

  /// A distance, with its two ends.
  struct Span: Equatable {
    var low: Address
    var high: Address
    var label: String
  }

  var low: Address
  var high: Address
  var regions: [Region]
  var marks: [Mark]
  var spans: [Span]

  var size: UInt64 { high.value - low.value }

  /// Where an address is, as a share of the width; outside it is below 0 or above 1.
  func share(of address: Address) -> Double {
    let distance =
      address < low ? -Double(low.value - address.value) : Double(address.value - low.value)
    return distance / Double(max(1, size))
  }

  /// A power of two that is a tenth to a fifth of the width: the scale.
  var scale: UInt64 {
    let tenth = max(1, size / 10)
    return 1 << UInt64(UInt64.bitWidth - 1 - tenth.leadingZeroBitCount)
  }
}

extension AddressStrip {
  private static let rowHeight = 16
  private static let barHeight = 30

  /// One strip under the other, each magnifying a part of the one before, with the lenses between.
  static func drawing(of strips: [AddressStrip], _ words: String) -> String {
    var text = ""
    for (index, strip) in strips.enumerated() {
      if index > 0 { text += strips[index - 1].lens(to: strip) }
      let range = bytesInWords(Int(clamping: strip.size))
      text += strip.drawing(
        description: index == 0
          ? "Address space to scale, \(range) wide: \(words)" : "The same magnified, \(range) wide")
    }
    return text
  }

  func drawing(description: String) -> String {
    var svg = SVG()
    let visible = marks.filter { $0.address >= low && $0.address <= high }
      .sorted { $0.address < $1.address }
    let rows = MarkRows(visible.map { ($0.label, share(of: $0.address)) })
    let bar = rows.count * AddressStrip.rowHeight + 8
    let foot = bar + AddressStrip.barHeight
    drawRegions(in: &svg, y: bar)
    for (mark, place) in zip(visible, rows.places) {
      let at = share(of: mark.address)
      svg.line(
        "mark \(mark.style)", from: at, to: at, y1: place.row * AddressStrip.rowHeight + 2,
        y2: foot + 4)
      svg.label(
        "word \(mark.style)", mark.label, at: at, y: (place.row + 1) * AddressStrip.rowHeight - 4,
        anchor: place.anchor)
    }
    var y = drawSpans(in: &svg, y: foot + 8)
    y = drawNames(in: &svg, y: y)
    y = drawScale(in: &svg, y: y)
    return svg.document(height: y, description: description)
  }

  private func drawRegions(in svg: inout SVG, y: Int) {
    svg.rectangle("free", from: 0, to: 1, y: y, height: AddressStrip.barHeight)
    for region in regions where region.high > low && region.low < high {
      svg.rectangle(
        region.style, from: max(0, share(of: region.low)), to: min(1, share(of: region.high)),
        y: y, height: AddressStrip.barHeight)
    }
  }

  private func drawSpans(in svg: inout SVG, y start: Int) -> Int {
    var y = start
    for span in spans where span.low >= low && span.high <= high {
      let (from, to) = (share(of: span.low), share(of: span.high))
      guard to - from > 0.02 else { continue }
      svg.line("span", from: from, to: to, y1: y + 4, y2: y + 4)
      for end in [from, to] { svg.line("span", from: end, to: end, y1: y, y2: y + 8) }
      svg.label("word", span.label, at: (from + to) / 2, y: y + 20)
      y += 28
    }
    return y
  }

  /// The names of the regions, each under its own.
  private func drawNames(in svg: inout SVG, y: Int) -> Int {
    var rows = LabelRows()
    for region in regions where region.high > low && region.low < high {
      let from = max(0, share(of: region.low))
      let to = min(1, share(of: region.high))
      guard to - from > 0.01, !region.label.isEmpty else { continue }
      let row = rows.place(region.label, at: (from + to) / 2)
      svg.label(
        "word name", region.label, at: (from + to) / 2,
        y: y + (row + 1) * AddressStrip.rowHeight - 4)
    }
    return y + rows.count * AddressStrip.rowHeight
  }

  private func drawScale(in svg: inout SVG, y: Int) -> Int {
    let length = Double(scale) / Double(max(1, size))
    svg.line("scale", from: 0, to: length, y1: y + 10, y2: y + 10)
    for end in [0, length] { svg.line("scale", from: end, to: end, y1: y + 6, y2: y + 14) }
    svg.element(
      "text", ["class": "word scale", "x": percent(length), "dx": "8", "y": "\(y + 14)"],
      bytesInWords(Int(clamping: scale)))
    return y + 20
  }

  /// The wedge that leads the eye from a part of this strip to the one that magnifies it.
  func lens(to next: AddressStrip) -> String {
    let (from, to) = (
      percent(share(of: next.low)).dropLast(), percent(share(of: next.high)).dropLast()
    )
    return "<svg class=\"lens\" viewBox=\"0 0 100 18\" preserveAspectRatio=\"none\" width=\"100%\" "
      + "height=\"18\" aria-hidden=\"true\"><polygon points=\"\(from),0 \(to),0 100,18 0,18\"/></svg>"
  }
}
