// A server that counts how deep the brackets of each line are nested, on its event loops. A line that
// is nested deeply enough overflows an event loop's stack.
//
//     server FOLDER        prints its port; reports of crashes go to FOLDER
import CrashLabReporter
import Glibc
import NIOCore
import NIOPosix

/// How deep the brackets go from here.
func depth(_ line: ArraySlice<UInt8>) -> Int {
  guard line.first == UInt8(ascii: "[") else { return 0 }
  return 1 + depth(line.dropFirst())
}

final class Counter: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var line: [UInt8] = []

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    for byte in buffer.readableBytesView {
      guard byte == UInt8(ascii: "\n") else {
        line.append(byte)
        continue
      }
      var answer = context.channel.allocator.buffer(capacity: 16)
      answer.writeString("\(depth(line[...]))\n")
      line = []
      context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
    }
  }
}

let arguments = CommandLine.arguments
try CrashReporter.install(
  .init(destination: arguments.count > 1 ? .folder(arguments[1]) : .standardError))

let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
let channel = try ServerBootstrap(group: group)
  .serverChannelOption(.backlog, value: 64)
  .childChannelInitializer { channel in
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(Counter())
    }
  }
  .bind(host: "127.0.0.1", port: 0).wait()
guard let port = channel.localAddress?.port else { fatalError("no port") }
print(port)
fflush(nil)  // whoever reads it may be at the end of a pipe
try channel.closeFuture.wait()
