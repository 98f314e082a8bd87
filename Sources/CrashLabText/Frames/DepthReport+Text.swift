package import CrashLabModel

extension DepthReport {
  /// The bound, the deepest way and why there is none.
  ///
  /// - Parameters:
  ///   - limit: how many of what is not known are shown of a kind.
  ///   - width: columns.
  package func text(theme: Theme = .plain, limit: Int = 10, width: Int = 80) -> String {
    var text = theme.heading(printable(program)) + ": from \(theme.symbol(printable(entry))) "
    text +=
      bound.map { "at most \(grouped($0)) bytes of stack (\(bytesInWords($0)))\n" }
      ?? "no bound; the deepest way that is known takes \(grouped(known)) bytes\n"
    for step in path.prefix(4 * limit) {
      text += "  \(grouped(step.bytes).aligned(to: 12))  "
      text += theme.symbol(shortSymbol(step.symbol, width: max(20, width - 50)))
      if let file = step.file {
        text += theme.faint(" at \(lastComponent(file))\(step.line.map { ":\($0)" } ?? "")")
      } else if step.address == nil {
        text += theme.faint(" as assumed, or its return address")
      }
      text += "\n"
    }
    if path.count > 4 * limit { text += "  and \(grouped(path.count - 4 * limit)) more\n" }
    text += "\(grouped(functions)) function\(functions == 1 ? "" : "s") can be reached\n"
    for kind in CallGraph.Deepest.Unknown.Kind.allCases {
      let these = unknown.filter { $0.kind == kind }
      if these.isEmpty { continue }
      text += theme.warning("unknown: ") + kind.inWords(these.count) + "\n"
      for one in these.prefix(limit) {
        let names = one.symbols.prefix(4).map { shortSymbol($0, width: 40) }
          .joined(separator: ", ")
        let more = one.symbols.count > 4 ? " and \(one.symbols.count - 4) more" : ""
        let place = kind == .indirectCall ? one.address.map { " at \($0)" } ?? "" : ""
        text += "  \(names)\(more)\(place)\n"
      }
      if these.count > limit { text += "  and \(grouped(these.count - limit)) more (--all)\n" }
    }
    return text
  }
}

extension CallGraph.Deepest.Unknown.Kind {
  func inWords(_ count: Int) -> String {
    let number = grouped(count)
    return switch self {
    case .recursion:
      "\(number) \(count == 1 ? "recursion" : "recursions"), as deep as the input has it"
    case .indirectCall:
      "\(number) \(count == 1 ? "call" : "calls") through a pointer (--assume 'FUNCTION:*=BYTES')"
    case .externalCall:
      "\(number) \(count == 1 ? "function" : "functions") of other files (--assume NAME=BYTES)"
    case .dynamicFrame:
      "\(number) \(count == 1 ? "frame" : "frames") whose size only running tells (alloca)"
    case .notUnderstood:
      "\(number) \(count == 1 ? "function" : "functions") without call-frame information, or not "
        + "decoded to the end"
    }
  }
}
