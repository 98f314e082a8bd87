package import CrashLabModel

extension DepthReport {
  /// `at most 4,000 bytes of stack (3.9 KiB)`
  package var boundInWords: String {
    bound.map { "at most \(grouped($0)) bytes of stack (\(bytesInWords($0)))" }
      ?? "no bound; the deepest way that is known takes \(grouped(known)) bytes"
  }

  /// The bound, the deepest way and why there is none.
  ///
  /// - Parameters:
  ///   - limit: how many of what is not known are shown of a kind.
  ///   - width: columns.
  package func text(theme: Theme = .plain, limit: Int = 10, width: Int = 80) -> String {
    var text = theme.heading(printable(program)) + ": from \(theme.symbol(printable(entry))) "
    text += boundInWords + "\n"
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
    text += "\(counted(functions, "function")) can be reached\n"
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
  package func inWords(_ count: Int) -> String {
    switch self {
    case .recursion:
      "\(counted(count, "recursion")), as deep as the input has it"
    case .indirectCall:
      "\(counted(count, "call")) through a pointer (--assume 'FUNCTION:*=BYTES')"
    case .externalCall:
      "\(counted(count, "function")) of other files (--assume NAME=BYTES)"
    case .dynamicFrame:
      "\(counted(count, "frame")) whose size only running tells (alloca)"
    case .notUnderstood:
      "\(counted(count, "function")) without call-frame information, or not "
        + "decoded to the end"
    }
  }
}
