internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel
internal import Glibc

/// An echo service over many connections, of which only some are busy at any time.
package struct EchoLoad: Sendable {
  package enum Server: String, Sendable, Codable, CaseIterable {
    /// A thread a connection, blocking reads.
    case threads
    /// A coroutine a connection, on one thread and epoll.
    case coroutines
    /// A Swift Task a connection, on the concurrency pool, and a thread for epoll.
    case tasks

    var serve: clab_server {
      switch self {
      case .threads: clab_serve_with_threads
      case .coroutines: clab_serve_with_coroutines
      case .tasks: serveWithTasks
      }
    }
  }

  package var connections: Int
  /// Requests under way at any time.
  package var inFlight: Int
  /// Counted ones; as many again as there are connections go before.
  package var requests: Int
  package var rounds: Int
  /// Bytes of a message.
  package var size = 64

  package init(connections: Int, inFlight: Int = 100, requests: Int, rounds: Int) {
    self.connections = connections
    self.inFlight = inFlight
    self.requests = requests
    self.rounds = rounds
  }

  /// The thread server has ten thousand stacks to make, the others next to nothing.
  var millisecondsASample: Double { Double(connections) * 0.06 + Double(requests) * 0.008 }

  package var plannedMilliseconds: Double {
    Double(rounds * Server.allCases.count) * millisecondsASample
  }

  /// The server on the placement's core under the usual policy, the client wherever there is room.
  package func measure(core: Int?, session: MeasurementSession) throws -> [EchoReport] {
    let servers = Server.allCases
    var runs: [Server: [EchoReport.Run]] = [:]
    var latencies: [Server: [UInt32]] = [:]
    try session.interleave(
      arms: servers.count, rounds: rounds, milliseconds: millisecondsASample
    ) {
      let server = servers[$0]
      let (run, seen) = try sample(
        server, Placement(core: core, policy: .other),
        // Ten thousand connections take longer than a sample of switches.
        deadline: session.isLimited ? max(2, 4 * session.sampleDeadline) : 60)
      runs[server, default: []].append(run)
      latencies[server, default: []] += seen
    }
    return servers.compactMap { server in
      runs[server].map {
        EchoReport(server, load: self, runs: $0, latencies: latencies[server] ?? [])
      }
    }
  }

  private func sample(
    _ server: Server, _ placement: Placement, deadline: Double
  ) throws(SystemError) -> (EchoReport.Run, [UInt32]) {
    var echo = clab_echo(
      connections: UInt32(connections), in_flight: UInt32(inFlight), requests: UInt32(requests),
      size: UInt32(size), client_cpu: -1)
    var result = clab_echo_result()
    var latencies = [UInt32](repeating: 0, count: requests)
    var description = placement.description(deadline: deadline)
    let code = clab_measure_echo(
      &echo, &description, server.serve, nil, &latencies, &result)
    guard code == 0 else {
      throw SystemError(
        "serve", "\(connections) connections with \(server.rawValue)", code: code,
        for: .measureLoad)
    }
    return (EchoReport.Run(result, of: self), latencies)
  }
}
