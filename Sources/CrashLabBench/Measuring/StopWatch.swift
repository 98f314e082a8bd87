internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel
internal import Glibc

/// What a child's own code takes: time, and the switches of all its threads.
final class StopWatch: @unchecked Sendable {
  private var time: (start: UInt64, stop: UInt64) = (0, 0)
  private var processor: (start: UInt64, stop: UInt64) = (0, 0)
  private var switches: (start: Int, stop: Int) = (0, 0)

  func start() {
    switches.start = StopWatch.switchesUntilNow()
    processor.start = StopWatch.processorTimeUntilNow()
    time.start = clab_now()
  }

  func stop() {
    time.stop = clab_now()
    processor.stop = StopWatch.processorTimeUntilNow()
    switches.stop = StopWatch.switchesUntilNow()
  }

  func write(operations: UInt64, into sample: UnsafeMutablePointer<clab_sample>) {
    sample.pointee.operations = operations
    sample.pointee.switch_operations = operations
    sample.pointee.elapsed = time.stop - time.start
    sample.pointee.processor = processor.stop - processor.start
    sample.pointee.voluntary = UInt64(switches.stop - switches.start)
    sample.pointee.cycles_per_nanosecond = clab_cycles_per_nanosecond()
  }

  private static func processorTimeUntilNow() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }

  private static func switchesUntilNow() -> Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_nvcsw + usage.ru_nivcsw
  }
}

/// Opened once; whoever waits sleeps until then.
final class Latch: @unchecked Sendable {
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
  }

  func open() { sem_post(semaphore) }

  var isOpen: Bool {
    var value: Int32 = 0
    sem_getvalue(semaphore, &value)
    return value > 0
  }

  func wait() { while sem_wait(semaphore) < 0 && errno == EINTR {} }
}
