// Whether many threads share a refresh.
import java.net.Proxy
import java.net.ProxySelector
import java.net.SocketAddress
import java.net.URI
import java.net.http.HttpClient
import java.util.concurrent.Executors
import java.util.concurrent.Future
import java.util.concurrent.atomic.AtomicInteger

// Java asks it before each request.
object Refreshes : ProxySelector() {
    val count = AtomicInteger()

    override fun select(address: URI): List<Proxy> {
        if (address.path.endsWith("/refresh")) count.incrementAndGet()
        return listOf(Proxy.NO_PROXY)
    }

    override fun connectFailed(address: URI, at: SocketAddress, fault: java.io.IOException) = throw fault
}

fun main(arguments: Array<String>) {
    val (address, password) = arguments
    val service = Service(address, HttpClient.newBuilder().proxy(Refreshes).build())
    // A failed check ends the program, as no thread keeps it alive.
    val threads = Executors.newFixedThreadPool(10) { Thread(it).apply { isDaemon = true } }
    fun askAtOnce(): List<Future<Int>> =
        List(20) { threads.submit<Int> { service.ask("GET", "/api/me").statusCode() } }
    // The service refuses this token as it refuses an expired one.
    fun expire() = service.tokens!!.copy(accessToken = "expired")

    check(statusOf { service.logIn("admin", "wrong") } == 401)
    service.logIn("admin", password)
    service.tokens = expire()
    check(askAtOnce().all { it.get() == 200 })
    check(Refreshes.count.get() == 1)

    val ended = expire()
    service.logOut()
    service.tokens = ended
    val refused = askAtOnce().map { statusOf { it.get() } }
    check(refused.all { it == 401 } && service.tokens == null)
    check(Refreshes.count.get() == 2)
    println("everything went well")
}

fun statusOf(block: () -> Unit): Int? =
    generateSequence(runCatching(block).exceptionOrNull()) { it.cause }
        .filterIsInstance<ProblemException>().firstOrNull()?.problem?.status
