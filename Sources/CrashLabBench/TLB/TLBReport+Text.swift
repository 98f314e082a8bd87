internal import CrashLab
internal import CrashLabModel
internal import CrashLabText

extension TLBReport {
  func text(theme: Theme) -> String {
    let rings = pages.flatMap(\.rings)
    guard let high = rings.map({ max($0.thread, $0.process) }).max(),
      let low = rings.map({ min($0.thread, $0.process) }).min()
    else { return "" }
    let scale = BarScale(low: low * 0.8, high: high, width: 30)
    var text = theme.heading("Round a ring of K: nanoseconds a hop") + "\n"
    for curve in pages where !curve.rings.isEmpty {
      text += "\(curve.pages) own pages touched a turn\n"
      for ring in curve.rings {
        let isStep = ring.members == curve.processStep?.members
        let mark = isStep ? theme.warning(" <- step") : ""
        text +=
          row("\(ring.members)", "thread", ring.thread, ring.threadFlushesPerHop)
          + "\(scale.bar(ring.thread))\n"
        text +=
          row("", "process", ring.process, ring.processFlushesPerHop)
          + "\(theme.symbol(scale.bar(ring.process)))\(mark)\n"
      }
    }
    return text + conclusion
  }

  private func row(
    _ members: String, _ kind: String, _ value: Double, _ flushes: Double?
  ) -> String {
    members.aligned(to: 4) + "  " + kind.padding(to: 8) + Figures.short(value).aligned(to: 8)
      + "  " + (flushes.map { "\(Figures.fixed($0, 2)) flushes a hop  " } ?? "")
  }

  private var conclusion: String {
    let expected = expectedStep.map { "expected at \($0)" } ?? "expected nowhere"
    var text =
      processStep.map {
        "processes step up at K = \($0) (confidence \(Figures.fixed(confidence, 3)), \(expected))"
      } ?? "no step of the processes to be seen (\(expected)); "
      + (smallestVisibleStep.map { "one of \(Figures.short($0)) ns would have been" }
        ?? "none could have been")
    text += "; threads " + (threadStep.map { "at K = \($0)" } ?? "do not") + "\n"
    text += "\(expectation)\n"
    if let counted { text += "the kernel counted: \(counted.inWords)\n" }
    if let costs {
      text += "thread switch \(Figures.short(costs.threadSwitch)) ns"
      text += ", another address space \(signed(costs.addressSpace))"
      text += costs.flush.map { ", a flush \(signed($0))" } ?? ""
      text += costs.refillPerPage.map { ", each page found again \(signed($0))" } ?? ""
      text += "\n"
    }
    return text
  }

  private func signed(_ value: Double) -> String {
    (value < 0 ? "" : "+") + Figures.short(value) + " ns"
  }
}

extension TLBReport.Counted {
  var inWords: String {
    let loads =
      "another page table \(Figures.fixed(threadLoads, 2)) times a hop of threads and "
      + "\(Figures.fixed(processLoads, 2)) of processes"
    guard let step, let flushesFromStep else {
      return "\(loads), with at most \(Figures.fixed(flushesBelow, 2)) flushes"
    }
    let below = flushesBelow == 0 && step == 2 ? "" : "\(Figures.fixed(flushesBelow, 2)) below and "
    return "\(loads), with \(below)\(Figures.fixed(flushesFromStep, 2)) flushes from \(step) on"
  }
}
