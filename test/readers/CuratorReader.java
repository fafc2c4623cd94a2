/*
 * CuratorReader - a presence tree through Curator's own service discovery.
 *
 *     java -cp JARS CuratorReader.java SERVERS BASE SERVICE
 *
 * What it sees it prints, a line of JSON each, until its input ends:
 *
 *     {"what": "names", "seen": [services under BASE]}
 *     {"what": "query", "seen": [instances asked for once]}
 *     {"what": "strict", "seen": [instances without a key unknown to it]}
 *     {"what": "cache", "seen": [instances]}     at first and at each change
 *
 * Run from its source: the JRE brings the compiler it takes.
 */
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.x.discovery.ServiceCache;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.curator.x.discovery.details.ServiceCacheListener;

public class CuratorReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static synchronized void say(String what, Collection<?> seen) {
        try {
            System.out.println(JSON.writeValueAsString(
                Map.of("what", what, "seen", seen)));
        } catch (java.io.IOException error) {
            throw new java.io.UncheckedIOException(error);
        }
    }

    /* As Curator read before 4.0: a node with a key it did not know was an
     * error. */
    private static List<Object> strictly(CuratorFramework client, String path)
        throws Exception {
        List<Object> seen = new ArrayList<>();
        for (String node : client.getChildren().forPath(path)) {
            byte[] data = client.getData().forPath(path + "/" + node);
            try {
                seen.add(JSON.readValue(data, ServiceInstance.class));
            } catch (UnrecognizedPropertyException error) {
                continue;
            }
        }
        return seen;
    }

    private static ServiceCacheListener printing(ServiceCache<Void> cache) {
        return new ServiceCacheListener() {
            @Override
            public void cacheChanged() {
                say("cache", cache.getInstances());
            }

            @Override
            public void stateChanged(CuratorFramework client,
                                     ConnectionState state) {
            }
        };
    }

    public static void main(String[] words) throws Exception {
        String servers = words[0], base = words[1], service = words[2];
        try (CuratorFramework client = CuratorFrameworkFactory.newClient(
                 servers, new RetryOneTime(1000))) {
            client.start();
            try (ServiceDiscovery<Void> discovery =
                     ServiceDiscoveryBuilder.builder(Void.class)
                         .client(client).basePath(base).build()) {
                discovery.start();
                say("names", discovery.queryForNames());
                say("query", discovery.queryForInstances(service));
                say("strict", strictly(client, base + "/" + service));
                ServiceCache<Void> cache =
                    discovery.serviceCacheBuilder().name(service).build();
                cache.addListener(printing(cache));
                cache.start();
                say("cache", cache.getInstances());
                while (System.in.read() >= 0) {
                    continue;
                }
                cache.close();
            }
        }
    }
}
