/// Ten thousand of each: what they take, and what they hold.
public struct TenThousand: Sendable {
  public var crowds: [Crowd]
  public var echo: EchoLoad

  public init(count: Int = 10_000, processes: Int = 1_000, echo: EchoLoad) {
    crowds = Crowd.Kind.allCases.map {
      Crowd($0, count: $0 == .processes ? min(count, processes) : count)
    }
    self.echo = echo
  }

  private static func milliseconds(_ crowd: Crowd) -> Double {
    Double(crowd.count) * (crowd.kind == .processes ? 0.3 : crowd.kind == .threads ? 0.06 : 0.02)
  }

  public var plannedMilliseconds: Double {
    crowds.map(TenThousand.milliseconds).reduce(0, +) + echo.plannedMilliseconds
  }

  public struct Report: Sendable, Codable, Equatable {
    public var crowds: [CrowdReport]
    public var echo: [EchoReport]
    /// What this machine did not permit, and why.
    public var refused: [String]
  }

  /// What is refused (so many processes, so many descriptors) is told and left out.
  public func measure(core: Int?, sitting: Sitting) throws -> Report {
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
