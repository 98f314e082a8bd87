internal import CrashLab
internal import CrashLabModel

/// Ten thousand of each: what they take, and what they hold.
package struct TenThousand: Sendable {
  package var crowds: [Crowd]
  package var echo: EchoLoad

  package init(count: Int = 10_000, processes: Int = 1_000, echo: EchoLoad) {
    crowds = Crowd.Kind.allCases.map {
      Crowd($0, count: $0 == .processes ? min(count, processes) : count)
    }
    self.echo = echo
  }

  private static func milliseconds(_ crowd: Crowd) -> Double {
    Double(crowd.count) * (crowd.kind == .processes ? 0.3 : crowd.kind == .threads ? 0.06 : 0.02)
  }

  package var plannedMilliseconds: Double {
    crowds.map(TenThousand.milliseconds).reduce(0, +) + echo.plannedMilliseconds
  }

  package struct Report: Sendable, Codable, Equatable {
    package var crowds: [CrowdReport]
    package var echo: [EchoReport]
    /// What this machine did not permit, and why.
    package var refused: [String]
  }

  /// What is refused (so many processes, so many descriptors) is told and left out.
  package func measure(core: Int?, sitting: Sitting) throws -> Report {
    var report = Report(crowds: [], echo: [], refused: [])
    for crowd in crowds where sitting.goesOn {
      do {
        report.crowds.append(try crowd.measure(in: Placement(core: nil, policy: .other)))
      } catch {
        report.refused.append("\(error)")
      }
      sitting.advance(by: TenThousand.milliseconds(crowd))
    }
    do {
      report.echo = try echo.measure(core: core, sitting: sitting)
    } catch let error as SystemError {
      report.refused.append("\(error)")
    }
    return report
  }
}
