package dev.unembed.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unembed.engine.ResourcesExhausted;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Placement;
import dev.unembed.engine.transformer.Transformer;
import dev.unembed.worker.LoadedModels.Lease;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoadedModelsTest {
    private static final ModelFolder.LoadProgress WATCHED = (done, total) -> {};

    private final List<String> events = new ArrayList<>();
    private final AtomicLong available = new AtomicLong(Long.MAX_VALUE);
    private final LoadedModels models = new LoadedModels(Placement.HOST, 100, available::get);

    @Test
    void aWarmModelIsNotLoadedAgain() throws InterruptedException {
        lease(1, 40).close();
        lease(1, 40).close();
        assertThat(events).containsExactly("load 1");
    }

    @Test
    void theLeastRecentlyUsedIdleModelMakesRoom() throws InterruptedException {
        lease(1, 40).close();
        lease(2, 40).close();
        lease(1, 40).close();
        lease(3, 40).close();
        assertThat(events).containsExactly("load 1", "load 2", "close 2", "load 3");
        assertThat(models.warm()).extracting(LoadedModels.Warm::name).containsExactly("m3", "m1");
    }

    @Test
    void aModelInUseIsNeverEvicted() throws InterruptedException {
        Lease first = lease(1, 60);
        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> {
            try {
                lease(2, 60).close();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(events).containsExactly("load 1");
        first.close();
        second.orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(events).containsExactly("load 1", "close 1", "load 2");
    }

    @Test
    void closingALeaseTwiceCountsOnce() throws InterruptedException {
        Lease first = lease(1, 60);
        Lease second = lease(1, 60);
        first.close();
        first.close();
        models.close();
        assertThat(events).as("the second lease still holds it").containsExactly("load 1");
        second.close();
        models.close();
        assertThat(events).containsExactly("load 1", "close 1");
    }

    @Test
    void aModelBeyondTheBudgetIsRefusedWithBothFigures() {
        assertThatThrownBy(() -> lease(1, 200_000_000))
                .isInstanceOf(ResourcesExhausted.class)
                .hasMessageContaining("needs 200 MB")
                .hasMessageContaining("may occupy 1 MB");
        assertThat(events).isEmpty();
    }

    @Test
    void aMachineWithoutMemoryRefusesAfterFreeingWhatIsIdle() throws InterruptedException {
        lease(1, 40).close();
        available.set(30);
        assertThatThrownBy(() -> lease(2, 40))
                .isInstanceOf(ResourcesExhausted.class)
                .hasMessageContaining("available");
        assertThat(events).containsExactly("load 1", "close 1");
    }

    @Test
    void anotherDigestUnderTheSameIdIsLoadedAnew() throws InterruptedException {
        lease(1, 40).close();
        models.lease(1, "m1", "other digest", folder(1, 40), 0, (done, total) -> {})
                .close();
        assertThat(events).containsExactly("load 1", "close 1", "load 1");
    }

    @Test
    void aModelBeyondTheBudgetIsStreamedIfThatFits() throws InterruptedException {
        try (Lease lease = models.lease(1, "m1", "digest", new FakeFolder(1, 200, 20, events), 0, WATCHED)) {
            assertThat(lease.model().streamed()).isTrue();
            assertThat(models.warm()).extracting(LoadedModels.Warm::bytes).containsExactly(20L);
        }
    }

    @Test
    void aModelTheMachineCannotHoldIsStreamedAndWholeOnceItCan() throws InterruptedException {
        available.set(30);
        FakeFolder folder = new FakeFolder(1, 40, 20, events);
        try (Lease lease = models.lease(1, "m1", "digest", folder, 5, WATCHED)) {
            assertThat(lease.model().streamed()).isTrue();
        }
        available.set(100);
        try (Lease lease = models.lease(1, "m1", "digest", folder, 5, WATCHED)) {
            assertThat(lease.model().streamed()).isFalse();
        }
        assertThat(events).containsExactly("stream 1", "close 1", "load 1");
    }

    @Test
    void aRunThatDoesNotFitBesideItsModelIsRefusedAndTheModelStaysWarm() throws InterruptedException {
        FakeFolder folder = new FakeFolder(1, 40, 20, events);
        models.lease(1, "m1", "digest", folder, 5, WATCHED).close();
        available.set(2_000_000);
        assertThatThrownBy(() -> models.lease(1, "m1", "digest", folder, 3_000_000, WATCHED))
                .isInstanceOf(ResourcesExhausted.class)
                .hasMessageContaining("needs about 3 MB")
                .hasMessageContaining("has 2 MB")
                .hasMessageContaining("Shorten");
        available.set(Long.MAX_VALUE);
        models.lease(1, "m1", "digest", folder, 3_000_000, WATCHED).close();
        assertThat(events).containsExactly("load 1");
    }

    @Test
    void aRunThatWaitsForRoomCanBeCancelled() throws InterruptedException {
        try (Lease first = lease(1, 60)) {
            assertThatThrownBy(() -> models.lease(2, "m2", "digest 2", folder(2, 60), 0, (done, total) -> {
                        throw new CancellationException("cancelled by the test");
                    }))
                    .isInstanceOf(CancellationException.class);
            assertThat(first.model().streamed()).isFalse();
        }
        assertThat(events).containsExactly("load 1");
    }

    @Test
    void aRunThatWaitsForAnothersModelToLoadCanBeCancelled() throws InterruptedException {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        FakeFolder slow = new FakeFolder(1, 60, 60, events, () -> {
            loading.countDown();
            awaitUninterruptibly(goOn);
        });
        CompletableFuture<Void> first = CompletableFuture.runAsync(() -> leaseAndClose(1, slow, WATCHED));
        loading.await();
        assertThat(models.warm()).as("who looks isn't kept waiting").isEmpty();
        assertThatThrownBy(() -> models.lease(2, "m2", "digest 2", folder(2, 30), 0, (done, total) -> {
                    throw new CancellationException("cancelled by the test");
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(first).isNotDone();
        goOn.countDown();
        first.orTimeout(10, TimeUnit.SECONDS).join();
        lease(2, 30).close();
        assertThat(events).containsExactly("load 1", "load 2");
    }

    @Test
    void aCancelWhileTheModelLoadsEndsTheLoading() throws InterruptedException {
        FakeFolder folder = new FakeFolder(1, 60, 60, events, () -> {});
        assertThatThrownBy(() -> models.lease(1, "m1", "digest 1", folder, 0, (done, total) -> {
                    assertThat(total).as("nobody else is waited for").isPositive();
                    throw new CancellationException("cancelled by the test");
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(models.warm()).isEmpty();
        lease(1, 60).close();
    }

    @Test
    void aRunThatFitsOnlyAloneWaitsForTheOthers() throws InterruptedException {
        available.set(100);
        Lease first = models.lease(1, "m1", "digest 1", folder(1, 10), 50, WATCHED);
        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> {
            try {
                models.lease(1, "m1", "digest 1", folder(1, 10), 80, WATCHED).close();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThatThrownBy(() -> second.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        first.close();
        second.orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(events).containsExactly("load 1");
    }

    @Test
    void modelsGoWhereTheWorkerComputes() throws InterruptedException {
        LoadedModels divided = new LoadedModels(Placement.parse("cpu:0,cpu:1"), 100, available::get);
        divided.lease(1, "m1", "digest 1", folder(1, 40), 0, WATCHED).close();
        assertThat(events).containsExactly("load 1 on cpu:0, cpu:1");
        assertThat(divided.device()).isEqualTo("cpu:0, cpu:1");
    }

    private void leaseAndClose(long id, FakeFolder folder, ModelFolder.LoadProgress watch) {
        try {
            models.lease(id, "m" + id, "digest " + id, folder, 0, watch).close();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Lease lease(long id, long bytes) throws InterruptedException {
        return models.lease(id, "m" + id, "digest " + id, folder(id, bytes), 0, (done, total) -> {});
    }

    private ModelFolder folder(long id, long bytes) {
        return new FakeFolder(id, bytes, bytes, events);
    }

    private record FakeFolder(long id, long memoryBytes, long streamedBytes, List<String> events, Runnable whileLoading)
            implements ModelFolder {
        FakeFolder(long id, long memoryBytes, long streamedBytes, List<String> events) {
            this(id, memoryBytes, streamedBytes, events, () -> {});
        }

        @Override
        public LanguageModel load(Residence residence, Placement placement, LoadProgress progress) {
            boolean streamed = residence == Residence.STREAMED;
            progress.loaded(1, 2);
            whileLoading.run();
            String where = placement.equals(Placement.HOST) ? "" : " on " + placement;
            events.add((streamed ? "stream " : "load ") + id + where);
            return new FakeModel(this, streamed);
        }

        @Override
        public Path path() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String family() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Dimensions dimensions() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Blueprint blueprint() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Tokenizer tokenizer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String bosDescription() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long weightBytes() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String digest() {
            throw new UnsupportedOperationException();
        }
    }

    private record FakeModel(FakeFolder folder, boolean streamed) implements LanguageModel {
        @Override
        public Transformer transformer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Tokenizer tokenizer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long bytes() {
            return streamed ? folder.streamedBytes() : folder.memoryBytes();
        }

        @Override
        public String device() {
            return "cpu";
        }

        @Override
        public void close() {
            folder.events().add("close " + folder.id());
        }
    }
}
