internal import Glibc

/// A drawing in SVG, made of what a scale of figures needs: bars, lines and words.
struct Picture {
  var width: Double
  var height: Double
  private var parts: [String] = []

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  mutating func text(_ text: String, x: Double, y: Double, anchor: String = "start") {
    parts.append(
      "<text x=\"\(at(x))\" y=\"\(at(y))\" text-anchor=\"\(anchor)\">"
        + "\(Markup.escaped(text))</text>")
  }

  mutating func bar(x: Double, y: Double, width: Double, height: Double, colour: String) {
    parts.append(
      "<rect x=\"\(at(x))\" y=\"\(at(y))\" width=\"\(at(max(0, width)))\" "
        + "height=\"\(at(height))\" fill=\"\(colour)\"/>")
  }

  mutating func line(_ points: [(x: Double, y: Double)], colour: String, width: Double = 2) {
    let list = points.map { "\(at($0.x)),\(at($0.y))" }.joined(separator: " ")
    parts.append(
      "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(colour)\" "
        + "stroke-width=\"\(at(width))\"/>")
  }

  /// - Parameter title: said instead of the picture where it can't be seen.
  func svg(title: String) -> String {
    "<svg viewBox=\"0 0 \(at(width)) \(at(height))\" role=\"img\">"
      + "<title>\(Markup.escaped(title))</title>\(parts.joined())</svg>"
  }

  private func at(_ value: Double) -> String { Figures.fixed(value, 1) }
}

extension SwitchReport {
  /// The rungs on a logarithmic scale, the quartiles as a thin line.
  var ladderPicture: String {
    let positive = rungs.filter { $0.median > 0 && $0.lowerQuartile > 0 }
    guard let low = positive.map(\.lowerQuartile).min(),
      let high = positive.map(\.upperQuartile).max(), high > low
    else { return "" }
    let (left, right, step) = (300.0, 820.0, 24.0)
    func place(_ value: Double) -> Double {
      left + log(value / (low / 2)) / log(high / (low / 2)) * (right - left)
    }
    var picture = Picture(width: 920, height: Double(positive.count + 1) * step)
    for (index, rung) in positive.enumerated() {
      let y = Double(index) * step + 8
      picture.text(rung.name.inWords, x: left - 8, y: y + 12, anchor: "end")
      picture.bar(x: left, y: y, width: place(rung.median) - left, height: 16, colour: "#4a78b5")
      picture.line(
        [(place(rung.lowerQuartile), y + 8), (place(rung.upperQuartile), y + 8)],
        colour: "#c0392b")
      picture.text("\(Figures.short(rung.median)) ns", x: right + 10, y: y + 12)
    }
    return picture.svg(title: "What a switch costs, nanoseconds, logarithmic scale")
  }
}

extension TLBReport {
  /// A line for threads and one for processes, for each working set.
  var picture: String {
    let rings = pages.flatMap(\.rings)
    guard let high = rings.map({ max($0.thread, $0.process) }).max(),
      let first = rings.map(\.members).min(), let last = rings.map(\.members).max(), last > first
    else { return "" }
    let (left, right, top, bottom) = (70.0, 780.0, 20.0, 340.0)
    func place(_ members: Int, _ value: Double) -> (x: Double, y: Double) {
      (
        left + Double(members - first) / Double(last - first) * (right - left),
        bottom - value / high * (bottom - top)
      )
    }
    var picture = Picture(width: 920, height: 380)
    picture.line([(left, top), (left, bottom), (right, bottom)], colour: "gray", width: 1)
    for members in first...last {
      picture.text("\(members)", x: place(members, 0).x, y: bottom + 18, anchor: "middle")
    }
    picture.text("members of the ring", x: (left + right) / 2, y: bottom + 36, anchor: "middle")
    for part in [0.0, 0.5, 1] {
      picture.text(
        "\(Figures.short(high * part)) ns", x: left - 6, y: place(first, high * part).y + 4,
        anchor: "end")
    }
    for curve in pages {
      guard let end = curve.rings.last else { continue }
      picture.line(
        curve.rings.map { place($0.members, $0.thread) }, colour: "#2a7d4f")
      picture.line(
        curve.rings.map { place($0.members, $0.process) }, colour: "#c0392b")
      picture.text(
        "\(curve.pages) pages", x: right + 8, y: place(last, end.process).y + 4)
    }
    picture.text("processes red, threads green", x: left + 10, y: top)
    return picture.svg(title: "Nanoseconds a hop round a ring of threads and of processes")
  }
}
