import Glibc

/// A moment, nanoseconds since 1970.
struct WallTime {
  var nanoseconds: UInt64

  static var now: WallTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(
      nanoseconds: UInt64(clamping: time.tv_sec) * 1_000_000_000 + UInt64(clamping: time.tv_nsec))
  }

  /// Seconds since 1970.
  init(seconds: Int) {
    let product = UInt64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
    nanoseconds = product.overflow ? .max : product.partialValue
  }

  private init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  static func + (time: WallTime, microseconds: Double) -> WallTime {
    let more = UInt64(exactly: (microseconds * 1000).rounded()) ?? 0
    return WallTime(nanoseconds: time.nanoseconds &+ more)
  }
}
