internal import CrashLab
internal import CrashLabModel
internal import CrashLabText

extension ScaleTest.Report {
  func text(theme: Theme) -> String {
    var text = ""
    if !loads.isEmpty {
      text +=
        row(
          ["many at once", "create", "wake", "join", "resident", "virtual", "page tables"]
            + ["kernel stacks", "mappings"], theme.heading)
      for load in loads {
        let memory = load.memory
        text += row([
          "\(grouped(load.count)) \(load.kind.rawValue)", time(load.create), time(load.wake),
          time(load.join), bytes(memory.resident), bytes(memory.virtual),
          bytes(memory.pageTables), bytes(memory.kernelStacks), grouped(memory.mappings),
        ])
      }
      if let limit = loads.first?.memory.mappingLimit {
        text += theme.faint("a process may have \(grouped(limit)) mappings (vm.max_map_count)\n")
      }
    }
    if let first = echo.first {
      if !text.isEmpty { text += "\n" }
      text += row(
        ["echo, \(grouped(first.connections)) conn.", "requests/s", "p50", "p99", "p99.9"]
          + ["cpu/request", "resident", "switches"], theme.heading)
      for echo in echo {
        text += row([
          echo.server.rawValue, Figures.short(echo.throughput.median),
          time(echo.latency.median), time(echo.latency.p99), time(echo.latency.p999),
          time(echo.processorPerRequest.median / 1000), bytes(Int(echo.peak.median)),
          Figures.fixed(echo.switchesPerRequest.median, 2),
        ])
      }
    }
    return text + refused.map { theme.warning("refused: \($0)\n") }.joined()
  }

  private func row(_ cells: [String], _ paint: (String) -> String = { $0 }) -> String {
    paint(cells[0].padding(to: 22) + cells.dropFirst().map { $0.aligned(to: 14) }.joined())
      + "\n"
  }

  /// - Parameter microseconds: what it took.
  private func time(_ microseconds: Double) -> String {
    Figures.time(microseconds * 1000)
  }

  private func bytes(_ bytes: Int) -> String {
    bytes < 0 ? "-\(bytesInWords(-bytes))" : bytesInWords(bytes)
  }
}
