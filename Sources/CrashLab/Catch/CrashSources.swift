internal import CrashLabModel
internal import Glibc

/// The beginning of a core dump that comes through a pipe: headers and notes, kept as they are read.
final class StreamHead: ByteSource {
  private let descriptor: CInt
  private var bytes: [UInt8] = []
  private var isOpen = true
  /// More is not read: 16,000 threads have less.
  private static let mostBytes = 64 << 20

  /// Takes the descriptor.
  init(descriptor: CInt) { self.descriptor = descriptor }

  deinit { close() }

  /// The dump's own size is not known before its end.
  let size = UInt64(Int64.max)

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let start = Int(exactly: offset), start <= StreamHead.mostBytes else { return 0 }
    fill(to: start + buffer.count)
    guard start < bytes.count else { return 0 }
    let part = bytes[start...].prefix(buffer.count)
    buffer.copyBytes(from: part)
    return part.count
  }

  private func fill(to count: Int) {
    let wanted = min(count, StreamHead.mostBytes)
    while isOpen, bytes.count < wanted {
      let room = min(64 << 10, StreamHead.mostBytes - bytes.count)
      let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
        var got: Int
        repeat {
          got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        } while got < 0 && errno == EINTR
        filled = max(0, got)
      }
      if chunk.isEmpty { return }
      bytes += chunk
    }
  }

  /// Nothing more is needed: the kernel need not write the rest.
  func close() {
    if isOpen { Glibc.close(descriptor) }
    isOpen = false
  }
}

/// The memory of a process that is still there, by /proc/PID/mem: offsets are addresses.
final class ProcessMemory: ByteSource {
  private let descriptor: CInt

  /// Takes the descriptor.
  init(descriptor: CInt) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  let size = UInt64.max

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    readAll(of: descriptor, at: offset, into: buffer)
  }
}
