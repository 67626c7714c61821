// A client of the service: login, refresh, pages, errors, logout.
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers
import java.time.Duration
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put

// The service may answer with fields that this program does not know.
val json = Json { ignoreUnknownKeys = true }

@Serializable
data class Tokens(val accessToken: String, val refreshToken: String)

@Serializable
data class Customer(val id: String, val firstName: String? = null, val phone: String? = null)

@Serializable
data class Fault(val pointer: String, val detail: String)

// A refused request: a problem document (RFC 9457). `errors` has a fault for each field.
@Serializable
data class Problem(val status: Int, val detail: String, val errors: List<Fault> = emptyList())

class ProblemException(val problem: Problem) : Exception(problem.detail)

// Sends the access token. When the token has expired, it refreshes and asks again.
// Threads may share it: of many refused requests one refreshes, and the others wait.
class Service(private val address: String, private val http: HttpClient = HttpClient.newHttpClient()) {
    @Volatile
    var tokens: Tokens? = null

    @Synchronized
    fun logIn(username: String, password: String) {
        val body = buildJsonObject {
            put("username", username)
            put("password", password)
        }
        tokens = json.decodeFromString<Tokens>(send("POST", "/api/login", body).body())
    }

    @Synchronized
    fun logOut() {
        val refreshToken = tokens?.refreshToken ?: return
        tokens = null
        send("POST", "/api/logout", buildJsonObject { put("refreshToken", refreshToken) })
    }

    fun ask(
        method: String,
        path: String,
        body: JsonObject? = null,
        headers: Map<String, String> = emptyMap(),
    ): HttpResponse<String> {
        val used = tokens?.accessToken
        try {
            return send(method, path, body, headers, used)
        } catch (refused: ProblemException) {
            if (refused.problem.status != 401 || used == null) throw refused
        }
        refresh(used)
        return send(method, path, body, headers, tokens?.accessToken)
    }

    @Synchronized
    private fun refresh(used: String) {
        // Another thread was faster.
        val kept = tokens?.takeIf { it.accessToken == used } ?: return
        val body = buildJsonObject { put("refreshToken", kept.refreshToken) }
        try {
            tokens = json.decodeFromString<Tokens>(send("POST", "/api/token/refresh", body).body())
        } catch (refused: ProblemException) {
            // 401: the session has ended. Anything else may pass, so the tokens stay.
            if (refused.problem.status == 401) tokens = null
            throw refused
        }
    }

    private fun send(
        method: String,
        path: String,
        body: JsonObject? = null,
        headers: Map<String, String> = emptyMap(),
        token: String? = null,
    ): HttpResponse<String> {
        val sent = if (body == null) BodyPublishers.noBody() else BodyPublishers.ofString("$body")
        val request = HttpRequest.newBuilder(URI(address + path)).method(method, sent)
        request.timeout(Duration.ofSeconds(30)).setHeader("Content-Type", "application/json")
        headers.forEach { (name, value) -> request.setHeader(name, value) }
        if (token != null) request.setHeader("Authorization", "Bearer $token")
        val answer = http.send(request.build(), BodyHandlers.ofString())
        if (answer.statusCode() >= 400) throw ProblemException(readProblem(answer))
        return answer
    }
}

fun readProblem(answer: HttpResponse<String>): Problem =
    runCatching { json.decodeFromString<Problem>(answer.body()) }
        // Not by the service, such as by a proxy before it.
        .getOrElse { Problem(answer.statusCode(), "Status ${answer.statusCode()}") }

fun query(vararg parameters: Pair<String, Any>): String =
    parameters.joinToString("&") { (name, value) -> "${encode(name)}=${encode("$value")}" }

fun encode(text: String): String = URLEncoder.encode(text, Charsets.UTF_8)

fun readHeader(answer: HttpResponse<String>, name: String): String = answer.headers().firstValue(name).get()

fun main(arguments: Array<String>) {
    val service = Service(arguments.getOrElse(0) { "http://localhost:8000" })
    service.logIn("admin", arguments.getOrElse(1) { "admin" })
    for (name in listOf("Ada", "Grace", "Mary")) {
        val body = buildJsonObject {
            put("firstName", name)
            put("lastName", "Kotlin")
        }
        service.ask("POST", "/api/customers", body)
    }

    // Filters, order and pages. `Prefer` asks for the number of all rows.
    val wanted = query("where[lastName]" to "Kotlin", "orderBy[firstName]" to "desc", "skip" to 1, "take" to 1)
    val page = service.ask("GET", "/api/customers?$wanted", headers = mapOf("Prefer" to "count=exact"))
    val customers = json.decodeFromString<List<Customer>>(page.body())
    println("${customers.map { it.firstName }} of ${readHeader(page, "X-Total-Count")}")

    // The ETag of a row, sent with a change, keeps the changes of others.
    val path = "/api/customers/${customers[0].id}"
    val unchanged = mapOf("If-Match" to readHeader(service.ask("GET", path), "ETag"))
    val changed = service.ask("PATCH", path, buildJsonObject { put("phone", "1") }, unchanged)
    println(json.decodeFromString<Customer>(changed.body()).phone)
    try {
        service.ask("PATCH", path, buildJsonObject { put("phone", "2") }, unchanged)
    } catch (refused: ProblemException) {
        println(refused.problem.status)
    }

    // A refused request has a fault for each field.
    try {
        service.ask("POST", "/api/customers", buildJsonObject { put("firstName", "x".repeat(1001)) })
    } catch (refused: ProblemException) {
        println("${refused.problem.status} ${refused.problem.errors.map { it.pointer }}")
    }
    service.logOut()
}
