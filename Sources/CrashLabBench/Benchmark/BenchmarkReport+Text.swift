internal import CrashLab
internal import CrashLabModel
package import CrashLabText

extension BenchmarkReport {
  /// Figures in groups (all but the last part of the name), each with its ratio to the group's first
  /// and a bar.
  ///
  /// - `width`: columns of the longest bar.
  package func text(theme: Theme = .plain, width: Int = 36) -> String {
    let medians = benchmarks.map(\.median).filter { $0 > 0 }
    let scale = BarScale(
      low: (medians.min() ?? 1) / 2, high: medians.max() ?? 1, isLogarithmic: true, width: width)
    let names = benchmarks.map { BenchmarkReport.parts(of: $0.name) }
    let column = (names.map(\.own.count).max() ?? 0) + 2
    var text = ""
    var group: Substring?
    var base = 0.0
    for (figure, name) in zip(benchmarks, names) {
      if name.group != group {
        group = name.group
        base = figure.median
        text += (text.isEmpty ? "" : "\n") + theme.heading(printable(String(name.group))) + "\n"
      }
      text +=
        "  \(printable(String(name.own)).padding(to: column))"
        + "\(Figures.time(figure.median).padding(to: 11))"
        + "(\(Figures.time(figure.lowerQuartile)) to \(Figures.time(figure.upperQuartile)))"
        .padding(to: 26)
        + "\(Figures.short(figure.median / base)) ×".padding(to: 11)
        + theme.symbol(scale.bar(figure.median)) + "\n"
    }
    let unexplained = absent.filter { name in !notes.contains { $0.hasPrefix("\(name):") } }
    let remarks = ["Bars are logarithmic."] + notes + unexplained.map { "\($0): not installed" }
    return text + "\n" + remarks.map { printable($0) + "\n" }.joined()
      + (comparison.map { "\n" + $0.text(theme: theme) } ?? "")
  }

  /// `unwind.regular.folded` is `folded` in the group `unwind.regular`.
  private static func parts(of name: String) -> (group: Substring, own: Substring) {
    guard let dot = name.lastIndex(of: ".") else { return ("", name[...]) }
    return (name[..<dot], name[name.index(after: dot)...])
  }
}
