internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel
internal import Histogram

/// How one kind of server did under the load.
package struct EchoReport: Sendable, Codable, Equatable {
  package var server: EchoLoad.Server
  package var connections: Int
  package var inFlight: Int
  /// Counted ones of one run.
  package var requests: Int
  /// Requests a second.
  package var throughput: Spread
  package var latency: Latency
  /// Of the server, a request: nanoseconds of processor time, over its whole life.
  package var processorPerRequest: Spread
  /// Of the server, bytes resident at most.
  package var peak: Spread
  /// Of the server, context switches a request, over its whole life.
  package var switchesPerRequest: Spread

  /// Of all runs together, microseconds.
  package struct Latency: Sendable, Codable, Equatable {
    package var median: Double
    package var p90: Double
    package var p99: Double
    package var p999: Double
    package var worst: Double
  }

  struct Run: Sendable {
    var throughput: Double
    var processorPerRequest: Double
    var peak: Double
    var switchesPerRequest: Double

    init(_ result: clab_echo_result, of load: EchoLoad) {
      throughput = Double(load.requests) / (Double(max(1, result.elapsed)) / 1e9)
      // The server also answers those that are not counted.
      let answered = Double(load.requests + load.connections)
      processorPerRequest = Double(result.server_processor) / answered
      peak = Double(result.server_peak)
      switchesPerRequest = Double(result.server_switches) / answered
    }
  }
}

extension EchoReport {
  init(_ server: EchoLoad.Server, load: EchoLoad, runs: [Run], latencies: [UInt32]) {
    self.server = server
    connections = load.connections
    inFlight = load.inFlight
    requests = load.requests
    throughput = Spread(runs.map(\.throughput))
    processorPerRequest = Spread(runs.map(\.processorPerRequest))
    peak = Spread(runs.map(\.peak))
    switchesPerRequest = Spread(runs.map(\.switchesPerRequest))
    latency = Latency(nanoseconds: latencies)
  }
}

extension EchoReport.Latency {
  init(nanoseconds: [UInt32]) {
    var histogram = Histogram<UInt64>(
      highestTrackableValue: UInt64(UInt32.max), numberOfSignificantValueDigits: .three)
    for value in nanoseconds { histogram.record(UInt64(value)) }
    func microseconds(_ percentile: Double) -> Double {
      Double(histogram.valueAtPercentile(percentile)) / 1000
    }
    self.init(
      median: microseconds(50), p90: microseconds(90), p99: microseconds(99),
      p999: microseconds(99.9), worst: microseconds(100))
  }
}
