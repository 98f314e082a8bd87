internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel
internal import Glibc

/// A Task a connection: the pool's threads run them, the thread that came here waits for epoll and
/// resumes them.
let serveWithTasks: clab_server = { connections, count, _ in
  guard let connections, let service = TaskService(count: Int(count)) else { return errno }
  for index in 0..<Int(count) {
    let connection = connections[index]
    guard service.add(connection) else { return errno }
    Task { await service.converse(over: connection, index) }
  }
  return service.resumeWhoeverCanRead()
}

private final class TaskService: @unchecked Sendable {
  private let set: CInt
  private let count: Int
  private let waiting: UnsafeMutablePointer<UnsafeContinuation<Void, Never>?>
  /// A Task that ends writes a byte.
  private let ended: (read: CInt, write: CInt)
  private static let endedToken = UInt64.max

  init?(count: Int) {
    var pipes: [CInt] = [-1, -1]
    set = clab_poll_set_create()
    guard set >= 0, pipe(&pipes) == 0, clab_poll_set_add(set, pipes[0]) == 0 else { return nil }
    ended = (pipes[0], pipes[1])
    self.count = count
    waiting = .allocate(capacity: count)
    waiting.initialize(repeating: nil, count: count)
  }

  func add(_ connection: CInt) -> Bool { clab_poll_set_add(set, connection) == 0 }

  func converse(over connection: CInt, _ index: Int) async {
    var message = [UInt8](repeating: 0, count: 4096)
    while true {
      let size = read(connection, &message, message.count)
      if size < 0 && errno == EAGAIN {
        await withUnsafeContinuation { continuation in
          waiting[index] = continuation
          // Armed only now: it can't be resumed before it waits.
          clab_poll_set_arm(set, connection, UInt64(index))
        }
      } else if size <= 0 || write(connection, &message, size) != size {
        break
      }
    }
    write(ended.write, &message, 1)
  }

  func resumeWhoeverCanRead() -> CInt {
    var left = count
    var tokens = [UInt64](repeating: 0, count: 512)
    clab_poll_set_arm(set, ended.read, TaskService.endedToken)
    while left > 0 {
      let found = clab_poll_set_wait(set, &tokens, CInt(tokens.count))
      if found < 0 { return errno }
      for token in tokens.prefix(Int(found)) {
        if token != TaskService.endedToken {
          waiting[Int(token)]?.resume()
        } else {
          var bytes = [UInt8](repeating: 0, count: 4096)
          left -= max(0, read(ended.read, &bytes, bytes.count))
          clab_poll_set_arm(set, ended.read, TaskService.endedToken)
        }
      }
    }
    return 0
  }
}
