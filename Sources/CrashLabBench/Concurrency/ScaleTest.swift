internal import CrashLab
internal import CrashLabModel

/// Ten thousand of each: what they take, and what they hold.
package struct ScaleTest: Sendable {
  package var loads: [ConcurrencyLoad]
  package var echo: EchoLoad

  package init(count: Int = 10_000, processes: Int = 1_000, echo: EchoLoad) {
    loads = ConcurrencyLoad.Kind.allCases.map {
      ConcurrencyLoad($0, count: $0 == .processes ? min(count, processes) : count)
    }
    self.echo = echo
  }

  private static func milliseconds(_ load: ConcurrencyLoad) -> Double {
    Double(load.count) * (load.kind == .processes ? 0.3 : load.kind == .threads ? 0.06 : 0.02)
  }

  package var plannedMilliseconds: Double {
    loads.map(ScaleTest.milliseconds).reduce(0, +) + echo.plannedMilliseconds
  }

  package struct Report: Sendable, Codable, Equatable {
    package var loads: [ConcurrencyReport]
    package var echo: [EchoReport]
    /// What this machine did not permit, and why.
    package var refused: [String]

    private enum CodingKeys: String, CodingKey {
      case echo, refused
      case loads = "crowds"
    }
  }

  private static let noTime = "not measured, there was no time left"

  /// What is refused (so many processes, so many descriptors) is told and left out.
  package func measure(core: Int?, session: MeasurementSession) throws -> Report {
    var report = Report(loads: [], echo: [], refused: [])
    for load in loads where session.goesOn {
      guard session.hasTime(for: ScaleTest.milliseconds(load)) else {
        report.refused.append("\(load.count) \(load.kind.rawValue): \(ScaleTest.noTime)")
        continue
      }
      do {
        report.loads.append(try load.measure(in: Placement(core: nil, policy: .other)))
      } catch {
        report.refused.append("\(error)")
      }
      session.advance(by: ScaleTest.milliseconds(load))
    }
    guard session.hasTime(for: echo.plannedMilliseconds / Double(echo.rounds)) else {
      report.refused.append("echo: \(ScaleTest.noTime)")
      return report
    }
    do {
      report.echo = try echo.measure(core: core, session: session)
    } catch let error as SystemError {
      report.refused.append("\(error)")
    }
    return report
  }
}
